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
  private static final long FUEL = 8_468;

  private static final String MANIFEST =
      "00000000320000000000000007000b00006c50c4a00100000100010000000000"
          + "10000000030000000000000002000000e8030000010000000000000000000000"
          + "c09359c4a0010000290000001200000029000000820000003c00000001000100"
          + "5000000001000100650000000200000061000000070000006000000005000000"
          + "7000000006000000850000000200000081000000060000000d00000002010000"
          + "310000000000000000000000000000000000000000000000d75a980182b10ab7"
          + "d54bfed3c964073a0ee172f3daa62325af021a68f707511a0800000000000000"
          + "0100000002010000117a20859deefcacae4ee0b52c217e8899c79133dba2607e"
          + "eebdcb1b757ceaa306000000000000000100000002010000bef8a38898032dbf"
          + "fc3516241b78875b5622f4511813b89d0023e6baf5e3a4de0000000001000100"
          + "00ca9a3b00000000000000100000000000001000000000000000000100000000"
          + "3075000000000000000000000001000004000000000000000000004000000000"
          + "00000010000000000800000000000000e093040000000000";
  private static final String MANIFEST_SIGNATURE =
      "92b002ba676181db8e4a4acbbd0c11ca51cd4b16a2ab8e6542b2f0c0b46e4971"
          + "86b7636d4b8c4ca0be30c37f65c5f8041625a1d69852e37dc2b0ef583e405306";
  private static final String JOB =
      "f5019b46baaa54182ec3f51c37285357fce144a7019d7192a09243128da28cfe";
  private static final String KEY =
      "b501fc7a107bacc78cd46fadbd39b7750b9a74f6892e6e17f7bd73f87c124924";
  private static final String EXECUTION =
      "0a78e84764cb2f6d371134326319cce84e6cca288d7c7616b144a957f162f674";
  private static final String RECEIPT =
      "0000000022000000000000000300060001000000000000001421000000000000"
          + "0100000000000000150000000201000021000000020100002d00000002010000"
          + "380000000100010055000000020100000000000000000000f5019b46baaa5418"
          + "2ec3f51c37285357fce144a7019d7192a09243128da28cfeb501fc7a107bacc7"
          + "8cd46fadbd39b7750b9a74f6892e6e17f7bd73f87c124924f5019b46baaa5418"
          + "2ec3f51c37285357fce144a7019d7192a09243128da28cfe0100000000000000"
          + "000000000100010006000000000000000100000002010000467090dc543d2ef5"
          + "e930822a0cb49bf732976dae19c3c16768b762cd45db7b5c0a78e84764cb2f6d"
          + "371134326319cce84e6cca288d7c7616b144a957f162f674";
  private static final String RECEIPT_SIGNATURE =
      "2a32d9314dc26b0417bfe7b329f4d2c99685ed6cfa667bed3232f3a0d4664fec"
          + "19e15aef3403b32d8680f4842387f6cee58ed331fb0b1b883c91116cf8b1ab00";
  private static final String STEP_ENTRY =
      "000000001e000000000000000100010003000000000000000000000000000300"
          + "0800000002000100100000000300050000000000000000000100000000000000"
          + "0100000000000000000000000000000002000100000000000600000000000000"
          + "1421000000000000110000001200000011000000020100001d00000002010000"
          + "290000000201000000000000000000003100000000000000b501fc7a107bacc7"
          + "8cd46fadbd39b7750b9a74f6892e6e17f7bd73f87c124924bef8a38898032dbf"
          + "fc3516241b78875b5622f4511813b89d0023e6baf5e3a4de467090dc543d2ef5"
          + "e930822a0cb49bf732976dae19c3c16768b762cd45db7b5c";
  private static final String CHILD = // RFC 8032, section 7.1, test 2
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
  private static final String LEASE =
      "000000002e000000000000000600090000000000000000000600000000000000"
          + "000000000400000060ea000000000000e0ff54c4a00100000000000000000000"
          + "21000000020100002c0000000200010035000000020100004100000002010000"
          + "4d0000000201000058000000060000006d0000000e0000007900000007000000"
          + "0000000000000000f5019b46baaa54182ec3f51c37285357fce144a7019d7192"
          + "a09243128da28cfe010000000000000001000000000000000000000000000000"
          + "b501fc7a107bacc78cd46fadbd39b7750b9a74f6892e6e17f7bd73f87c124924"
          + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
          + "f5019b46baaa54182ec3f51c37285357fce144a7019d7192a09243128da28cfe"
          + "0000000040000000010000000000000000000010000000000000001000000000"
          + "070000000000000060ea00000000000001000000c20000002f6970342f313237"
          + "2e302e302e312f7463702f34303031000000000000000200";
  private static final String LEASE_SIGNATURE =
      "f8efc4bb8ba97fe00f06dd5da7e65795b19ec7683779424da32d8d9a22dd377d"
          + "82e64454f6103f3462492c19b0f7402d7c553d913d2fcbc60fd5ece0bfa9830f";
  private static final String LEASE_DIGEST =
      "e990d26ff1017ccdd619b4773186d557e57cda132d5551c4a03133bc19910d2e";
  private static final int FILE_LENGTH = 1252;
  private static final String CLOSING_HASH =
      "c68326add1b05cfa07c8aed3fbb4c03a5405e0380f515d4ddb6786b14bfb1d73";

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
          FUEL,
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
                  FUEL,
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
                  0,
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
    assertEquals(STEP_ENTRY, HEX.formatHex(file, 560, 808));
    assertEquals(hex(Bytes.of(wish.toBytes())), HEX.formatHex(file, 52, 556));
    assertEquals(hex(Bytes.of(root.toBytes())), HEX.formatHex(file, 844, 1220));
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
