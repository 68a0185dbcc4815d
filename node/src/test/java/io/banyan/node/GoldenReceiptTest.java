package io.banyan.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Routing;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.schema.Verification;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.JobContent;
import io.banyan.trust.Link;
import io.banyan.trust.ReceiptCheck;
import io.banyan.trust.SigningDomain;
import io.banyan.trust.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The worked example of docs/receipts.md, whose values another program has checked. */
class GoldenReceiptTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String SECRET_KEY = // RFC 8032, section 7.1, test 1
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
  private static final BlobRef MODULE = BlobRef.of(HEX.parseHex("0061736d01000000"));
  private static final BlobRef INPUT = blob("banyan");
  private static final BlobRef OUTPUT = blob("BANYAN");
  private static final PlanNode LEAF = new PlanNode.Cells(new Interval(0, 1));

  private static final String MANIFEST =
      "00000000330000000000000007000b00006c50c4a00100000100010000000000"
          + "10000000030000000000000002000000e8030000010000000000000000000000"
          + "c09359c4a001000029000000620000002d000000820000004000000001000100"
          + "5400000001000100690000000200000065000000070000006400000005000000"
          + "7400000006000000890000000200000085000000060000001100000002010000"
          + "302d756e6d657465726564000000000000000000000000000000000000000000"
          + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
          + "08000000000000000100000002010000117a20859deefcacae4ee0b52c217e88"
          + "99c79133dba2607eeebdcb1b757ceaa306000000000000000100000002010000"
          + "bef8a38898032dbffc3516241b78875b5622f4511813b89d0023e6baf5e3a4de"
          + "000000000100010000ca9a3b0000000000000010000000000000100000000000"
          + "0000000100000000307500000000000000000000000100000400000000000000"
          + "000000400000000000000010000000000800000000000000e093040000000000";
  private static final String MANIFEST_SIGNATURE =
      "88766536583d4726f76df9e45860c97c0b6b095e47fb5523fca336b03a3f753d"
          + "8fcc3515b8f147f2a068f9d5937b4d5735570a160113ddb26a017960d329b302";
  private static final String JOB =
      "bebd26c24cdf9886847acdad4bf03cbbb3021c04656399d3272403f5697ccd22";
  private static final String KEY =
      "ea54a2c3134953b8dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1d";
  private static final String EXECUTION =
      "735e3edb7a79daf71813e98ab997947648dc6615a6151062ec7b7c3942dfccc3";
  private static final String RECEIPT =
      "0000000022000000000000000300060001000000000000000000000000000000"
          + "0100000000000000150000000201000021000000020100002d00000002010000"
          + "380000000100010055000000020100000000000000000000bebd26c24cdf9886"
          + "847acdad4bf03cbbb3021c04656399d3272403f5697ccd22ea54a2c3134953b8"
          + "dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1dbebd26c24cdf9886"
          + "847acdad4bf03cbbb3021c04656399d3272403f5697ccd220100000000000000"
          + "000000000100010006000000000000000100000002010000467090dc543d2ef5"
          + "e930822a0cb49bf732976dae19c3c16768b762cd45db7b5c735e3edb7a79daf7"
          + "1813e98ab997947648dc6615a6151062ec7b7c3942dfccc3";
  private static final String RECEIPT_SIGNATURE =
      "6b5182e78fd7dabc3bdd816a3a090e3f89364b4d4c9451fba0661e6eb836d4b0"
          + "7e469e068680bffae67cdb307c97f6815892a4c7a2398be04cff538f75e6e204";
  private static final String STEP_ENTRY =
      "000000001f000000000000000100010003000000000000000000000000000300"
          + "0800000002000100100000000300050000000000000000000100000000000000"
          + "0100000000000000000000000000000002000100000000000600000000000000"
          + "0000000000000000110000006200000015000000020100002100000002010000"
          + "2d000000020100000000000000000000302d756e6d6574657265640000000000"
          + "ea54a2c3134953b8dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1d"
          + "bef8a38898032dbffc3516241b78875b5622f4511813b89d0023e6baf5e3a4de"
          + "467090dc543d2ef5e930822a0cb49bf732976dae19c3c16768b762cd45db7b5c";
  private static final String CHILD = // RFC 8032, section 7.1, test 2
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
  private static final String LEASE =
      "000000002d000000000000000500090000000000000000000600000000000000"
          + "000000000400000060ea000000000000e0ff54c4a00100002100000002010000"
          + "2c00000002000100350000000201000041000000020100004d00000002010000"
          + "58000000060000006d0000000e00000079000000070000000000000000000000"
          + "bebd26c24cdf9886847acdad4bf03cbbb3021c04656399d3272403f5697ccd22"
          + "010000000000000001000000000000000000000000000000ea54a2c3134953b8"
          + "dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1d3d4017c3e843895a"
          + "92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660cbebd26c24cdf9886"
          + "847acdad4bf03cbbb3021c04656399d3272403f5697ccd220000000040000000"
          + "0100000000000000000000100000000000000010000000000700000000000000"
          + "60ea00000000000001000000c20000002f6970342f3132372e302e302e312f74"
          + "63702f34303031000000000000000200";
  private static final String LEASE_SIGNATURE =
      "0372327750bf89b2522dbf820519f5d581a21b7005575c94173f7725e2e97ad2"
          + "2e963b0c765cd115c9b410c2fcc3589df98501348cc3edb3fc82f034f36b3504";
  private static final String LEASE_DIGEST =
      "b032f18751a3478c4f93b6934d43a570b4f4af6d8407b2af763c9987546059a6";
  private static final int FILE_LENGTH = 1268;
  private static final String CLOSING_HASH =
      "52f35eed74378bcf0e4a48f10838825273db7253ec3ab25cd1c7e92fabe8711c";

  private final Identity submitter = Identity.ofSeed(HEX.parseHex(SECRET_KEY));
  private final Manifest manifest =
      new Manifest(
          Profile.ONE,
          Bytes.of(new byte[Manifest.TOKEN_LENGTH]),
          1_790_000_000_000L,
          1_790_000_600_000L,
          submitter.publicKey(),
          MODULE,
          INPUT,
          Bytes.EMPTY,
          List.of(),
          new SplitRule.ByBytes(),
          16,
          CallLimits.DEFAULT,
          new Budget(1L << 40, 4, 1L << 30, 256 << 20, 8, 300_000),
          3,
          new Verification.None(),
          Routing.DEFAULT,
          1000,
          MemoPolicy.PRIVATE,
          0);
  private final Signed wish =
      submitter.sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(manifest));
  private final JobId job = JobId.of(wish);
  private final Claim claim =
      new Claim(
          Profile.ONE,
          Plan.of(manifest).key(LEAF),
          GuestFunction.EXECUTE,
          INPUT.digest(),
          OUTPUT.digest(),
          OUTPUT.length(),
          0,
          new Outcome.Completed());
  private final Signed root =
      submitter.sign(
          SigningDomain.RECEIPT,
          WireCodec.encodeReceipt(
              new Receipt(
                  job,
                  claim.key(),
                  job.digest(),
                  new Value.Blob(OUTPUT),
                  claim.digest(),
                  1,
                  0,
                  new Receipt.Ran())));

  private final Signed lease =
      submitter.sign(
          SigningDomain.LEASE,
          WireCodec.encodeLease(
              new Lease(
                  job,
                  LEAF,
                  claim.key(),
                  0,
                  6,
                  Optional.empty(),
                  new PublicKey(Bytes.of(HEX.parseHex(CHILD))).peerId(),
                  0,
                  job.digest(),
                  new Budget(1L << 38, 1, 1L << 28, 256 << 20, 7, 60_000),
                  4,
                  60_000,
                  1_790_000_300_000L,
                  List.of("/ip4/127.0.0.1/tcp/4001"),
                  List.of())));

  private static BlobRef blob(String text) {
    return BlobRef.of(text.getBytes(US_ASCII));
  }

  private Iterator<ReceiptEntry> steps() {
    return List.<ReceiptEntry>of(new ReceiptEntry.StepEntry(new Step(LEAF, claim))).iterator();
  }

  private byte[] file() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReceiptFile.write(out, wish, steps(), root);
    return out.toByteArray();
  }

  private static String hex(Bytes bytes) {
    return HEX.formatHex(bytes.toArray());
  }

  @Test
  void manifestHasThePagesBytes() {
    assertEquals(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        hex(wish.signer().bytes()));
    assertEquals(MANIFEST, hex(wish.payload()));
    assertEquals(MANIFEST_SIGNATURE, hex(wish.signature()));
    assertEquals(JOB, job.toString());
  }

  @Test
  void rootReceiptHasThePagesBytes() {
    assertEquals(KEY, claim.key().toString());
    assertEquals(EXECUTION, claim.digest().toString());
    assertEquals(RECEIPT, hex(root.payload()));
    assertEquals(RECEIPT_SIGNATURE, hex(root.signature()));
  }

  @Test
  void leaseHasThePagesBytes() throws MalformedMessageException {
    assertEquals(LEASE, hex(lease.payload()));
    assertEquals(LEASE_SIGNATURE, hex(lease.signature()));
    assertEquals(LEASE_DIGEST, lease.digest().toString());
    assertEquals(
        "12D3KooWDwTirQce1RRKnasT5fPVFgzXCy6SiRgSwrwPGLC7zE91",
        WireCodec.decodeLease(lease.payload()).child().toString());
  }

  @Test
  void fileEndsWithThePagesHash() throws IOException {
    byte[] file = file();

    assertEquals(FILE_LENGTH, file.length);
    assertEquals(STEP_ENTRY, HEX.formatHex(file, 568, 824));
    assertEquals(hex(Bytes.of(wish.toBytes())), HEX.formatHex(file, 52, 564));
    assertEquals(hex(Bytes.of(root.toBytes())), HEX.formatHex(file, 860, 1236));
    assertEquals(
        CLOSING_HASH,
        HEX.formatHex(Arrays.copyOfRange(file, file.length - Digest.LENGTH, file.length)));
  }

  @Test
  void signaturesHoldInTheEyesOfThePlatformOverThePagesPreimages() throws Exception {
    assertTrue(holds("11" + HEX.formatHex("banyan/manifest/1".getBytes(US_ASCII)), wish));
    assertTrue(holds("10" + HEX.formatHex("banyan/receipt/1".getBytes(US_ASCII)), root));
    assertTrue(holds("0e" + HEX.formatHex("banyan/lease/1".getBytes(US_ASCII)), lease));
    assertFalse(holds("0e" + HEX.formatHex("banyan/lease/1".getBytes(US_ASCII)), root));
  }

  /** Checked by the Java platform, which none of our code has a part in. */
  private static boolean holds(String tag, Signed signed) throws Exception {
    byte[] key = HEX.parseHex("302a300506032b6570032100" + hex(signed.signer().bytes()));
    Signature check = Signature.getInstance("Ed25519");
    check.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key)));
    check.update(HEX.parseHex(tag + hex(signed.payload())));
    return check.verify(signed.signature().toArray());
  }

  @Test
  void exampleIsAReceiptThatHolds() {
    JobContent content =
        new JobContent() {
          @Override
          public boolean merges() {
            return false;
          }

          @Override
          public Cuts cuts() {
            return manifest.cutsBySize().orElseThrow();
          }

          @Override
          public Digest chunk(Interval cell) {
            return INPUT.digest();
          }
        };

    Verdict verdict =
        new ReceiptCheck(job, manifest, content, Link.ofJob(job, manifest))
            .check(steps(), _ -> {}, () -> root);

    assertInstanceOf(Verdict.Accepted.class, verdict);
  }
}
