package io.banyan.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Receipt;
import io.banyan.schema.Routing;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.schema.Verification;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.JobContent;
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
import java.util.List;
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
      "000000002d0000000000000006000a00006c50c4a00100000100010000000000"
          + "10000000030000000000000002000000e8030000010000000000000000000000"
          + "250000006200000029000000820000002c000000010001004000000001000100"
          + "5500000002000000510000000700000050000000050000006000000006000000"
          + "75000000020000007100000006000000302d756e6d6574657265640000000000"
          + "0000000000000000000000000000000008000000000000000100000002010000"
          + "117a20859deefcacae4ee0b52c217e8899c79133dba2607eeebdcb1b757ceaa3"
          + "06000000000000000100000002010000bef8a38898032dbffc3516241b78875b"
          + "5622f4511813b89d0023e6baf5e3a4de000000000100010000ca9a3b00000000"
          + "0000001000000000000010000000000000000001000000003075000000000000"
          + "0000000000010000040000000000000000000040000000000000001000000000"
          + "0800000000000000e093040000000000";
  private static final String MANIFEST_SIGNATURE =
      "7e975d7b9c9ae8a89d806062b9bb1e50098d4fb1a1b0edde812f1d59ceb439a0"
          + "bbf47ec03ae4dfac6d68ed6e8690ff3713f9bb2050778456801fec593c9e6000";
  private static final String JOB =
      "8357655b805440c17eadb1a2f0dc2701c1a0c0694e5a8d5ee9b91cbc574a63d4";
  private static final String KEY =
      "ea54a2c3134953b8dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1d";
  private static final String EXECUTION =
      "735e3edb7a79daf71813e98ab997947648dc6615a6151062ec7b7c3942dfccc3";
  private static final String RECEIPT =
      "0000000022000000000000000300060001000000000000000000000000000000"
          + "0100000000000000150000000201000021000000020100002d00000002010000"
          + "3800000001000100550000000201000000000000000000008357655b805440c1"
          + "7eadb1a2f0dc2701c1a0c0694e5a8d5ee9b91cbc574a63d4ea54a2c3134953b8"
          + "dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1d8357655b805440c1"
          + "7eadb1a2f0dc2701c1a0c0694e5a8d5ee9b91cbc574a63d40100000000000000"
          + "000000000100010006000000000000000100000002010000467090dc543d2ef5"
          + "e930822a0cb49bf732976dae19c3c16768b762cd45db7b5c735e3edb7a79daf7"
          + "1813e98ab997947648dc6615a6151062ec7b7c3942dfccc3";
  private static final String RECEIPT_SIGNATURE =
      "b6b07512d230494be285b04d5a8228c6ea6b4b9916472df2195b50f54d39306c"
          + "f45f721e360903450d0d6775523e5c4f1050001c4e34b4d0e16bf87b94db730f";
  private static final String STEP_ENTRY =
      "000000001f000000000000000100010003000000000000000000000000000300"
          + "0800000002000100100000000300050000000000000000000100000000000000"
          + "0100000000000000000000000000000002000100000000000600000000000000"
          + "0000000000000000110000006200000015000000020100002100000002010000"
          + "2d000000020100000000000000000000302d756e6d6574657265640000000000"
          + "ea54a2c3134953b8dd634b4b0b14300ffa9ccd0512e003fdbe5a7fd3b7468a1d"
          + "bef8a38898032dbffc3516241b78875b5622f4511813b89d0023e6baf5e3a4de"
          + "467090dc543d2ef5e930822a0cb49bf732976dae19c3c16768b762cd45db7b5c";
  private static final int FILE_LENGTH = 1220;
  private static final String CLOSING_HASH =
      "a6e1d16103e063eff383422e3a4271d113c2d0c3576cbb060597d3b17106d7f6";

  private final Identity submitter = Identity.ofSeed(HEX.parseHex(SECRET_KEY));
  private final Manifest manifest =
      new Manifest(
          Profile.UNMETERED,
          Bytes.of(new byte[Manifest.TOKEN_LENGTH]),
          1_790_000_000_000L,
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
          Profile.UNMETERED,
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

  private static BlobRef blob(String text) {
    return BlobRef.of(text.getBytes(US_ASCII));
  }

  private byte[] file() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ReceiptFile.write(out, wish, List.of(new Step(LEAF, claim)).iterator(), root);
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
  void fileEndsWithThePagesHash() throws IOException {
    byte[] file = file();

    assertEquals(FILE_LENGTH, file.length);
    assertEquals(STEP_ENTRY, HEX.formatHex(file, 520, 776));
    assertEquals(hex(Bytes.of(wish.toBytes())), HEX.formatHex(file, 52, 516));
    assertEquals(hex(Bytes.of(root.toBytes())), HEX.formatHex(file, 812, 1188));
    assertEquals(
        CLOSING_HASH,
        HEX.formatHex(Arrays.copyOfRange(file, file.length - Digest.LENGTH, file.length)));
  }

  @Test
  void signaturesHoldInTheEyesOfThePlatformOverThePagesPreimages() throws Exception {
    assertTrue(holds("11" + HEX.formatHex("banyan/manifest/1".getBytes(US_ASCII)), wish));
    assertTrue(holds("10" + HEX.formatHex("banyan/receipt/1".getBytes(US_ASCII)), root));
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
        new ReceiptCheck(job, submitter.publicKey(), manifest, content)
            .check(List.of(new Step(LEAF, claim)).iterator(), _ -> {}, () -> root);

    assertEquals(new Verdict.Accepted(), verdict);
  }
}
