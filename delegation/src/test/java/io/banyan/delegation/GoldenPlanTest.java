package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Verification;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The examples of docs/plan.md, run by the Delegator. Every digest was computed by another program,
 * written from that page.
 */
class GoldenPlanTest {
  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] upTo(int from, int to) {
    byte[] bytes = new byte[to - from];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }

  private static Manifest manifest(
      SplitRule rule, int chunkBytes, byte[] input, Bytes params, List<BlobRef> shared) {
    return new Manifest(
        Profile.ONE,
        Bytes.of(new byte[Manifest.TOKEN_LENGTH]),
        1,
        2,
        TestingManifests.ENTRY,
        BlobRef.of(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}),
        BlobRef.of(input),
        params,
        shared,
        rule,
        chunkBytes,
        CallLimits.DEFAULT,
        new Budget(1L << 40, 1 << 20, 1L << 30, 1L << 30, 4, 60_000),
        3,
        new Verification.None(),
        Routing.DEFAULT,
        1000,
        MemoPolicy.PRIVATE,
        0);
  }

  private static Manifest manifest(SplitRule rule, int chunkBytes, byte[] input) {
    return manifest(rule, chunkBytes, input, Bytes.EMPTY, List.of());
  }

  /** A guest of three functions; merges join unless they are told to do more. */
  private record Guest(
      Function<byte[], List<byte[]>> splitting,
      Function<byte[], byte[]> executing,
      Function<byte[], byte[]> afterJoin,
      boolean merges)
      implements TestingGuest {
    static Guest of(Function<byte[], byte[]> executing, boolean merges) {
      return new Guest(List::of, executing, joined -> joined, merges);
    }

    @Override
    public List<byte[]> split(byte[] data) {
      return splitting.apply(data);
    }

    @Override
    public byte[] execute(byte[] chunk) {
      return executing.apply(chunk);
    }

    @Override
    public byte[] merge(List<byte[]> values) {
      return afterJoin.apply(TestingGuest.join(values));
    }
  }

  private static byte[] upperCase(byte[] chunk) {
    byte[] upper = chunk.clone();
    for (int i = 0; i < upper.length; i++) {
      upper[i] = (byte) Character.toUpperCase((char) upper[i]);
    }
    return upper;
  }

  private static byte[] sorted(byte[] bytes) {
    byte[] sorted = bytes.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  private static List<byte[]> halves(byte[] data) {
    return List.of(
        Arrays.copyOfRange(data, 0, data.length / 2),
        new byte[0],
        Arrays.copyOfRange(data, data.length / 2, data.length));
  }

  private static List<byte[]> bytewise(byte[] data) {
    List<byte[]> parts = new ArrayList<>();
    for (byte value : data) {
      parts.add(new byte[] {value});
    }
    return parts;
  }

  /** Runs the job by two workers; calls under the profile 1 claim fuel 0. */
  private static TestingNode.Job run(Manifest manifest, byte[] input, TestingGuest guest) {
    TestingNode node = new TestingNode(2);
    TestingNode.Job job = new TestingNode.Job(TestingManifests.link(1), manifest, input, guest);
    node.submit(job);
    while (!node.out.isEmpty()) {
      long call = node.out.lastKey();
      CallReport.Returned report =
          assertInstanceOf(CallReport.Returned.class, node.perform(node.out.get(call)));
      node.report(
          call, new CallReport.Returned(report.input(), report.output(), 0, report.nanos()));
    }
    return job;
  }

  /** Input, plan, execution, output, and the output's length. */
  private static List<String> fourHashes(Manifest manifest, byte[] input, TestingGuest guest) {
    TestingNode.Job job = run(manifest, input, guest);
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    return List.of(
        manifest.input().digest().toString(),
        Plan.of(manifest).key(root(job)).toString(),
        end.evidence().executionRoot().toString(),
        end.value().named().digest().toString(),
        Long.toString(end.value().named().length()));
  }

  private static PlanNode root(TestingNode.Job job) {
    return Plan.of(job.manifest).root(job.cuts);
  }

  private static List<String> claims(TestingNode.Job job) {
    return job.stepsInOrder(root(job)).stream()
        .map(
            step ->
                step.claim().function().exportName()
                    + " "
                    + step.node()
                    + " "
                    + step.claim().digest())
        .toList();
  }

  private static final byte[] LINES =
      ascii("to be\nor not to be\nthat is the question whether\ntis nobler\n");

  private static Manifest lines() {
    return manifest(
        new SplitRule.ByLines(),
        8,
        LINES,
        Bytes.of(ascii("count")),
        List.of(BlobRef.of(ascii("dictionary"))));
  }

  @Test
  void theWorkedExampleIsGolden() {
    assertEquals(
        List.of(
            "6142e18802808064e88413c09fa240b54b79956c053e5de4f4b53be87e4b17f7",
            "41d51a84e96215d6845f722b6243111f3b3195436fac00354658f040ec738c15",
            "ef0dfd6923949f6f3661e61ec90ba91da2341f3cd816ad5dc2c27b632bed885b",
            "bfee87eb94a2778bda67282ca105e1637febe6bd21b074bda56e7fd14d19dc68",
            "2"),
        fourHashes(lines(), LINES, new TestingGuest.WordCount()));
    assertEquals(
        List.of(
            "execute 0 d403a72dbd772708a142c5394eb03200205007fbe06ebcdb6226149668b1f452",
            "execute 2 60995504d3f39ec5d73a771a62ad3f195f100270e740286a12b340c3b5c45ae0",
            "execute 6 7b34406965beb096d8a1898b901d72b7acb47f43a46bc448a95114a61680c411",
            "merge 0-8 cc0dcefb31beceda57a83cdb11610dc6b19eab926e61213bdb98c5ad238646a8"),
        claims(run(lines(), LINES, new TestingGuest.WordCount())));
  }

  @Test
  void theModuleExampleIsGolden() {
    byte[] input = ascii("hgfedcba");
    Manifest manifest = manifest(new SplitRule.ByModule(), 2, input);
    Guest sort =
        new Guest(GoldenPlanTest::halves, GoldenPlanTest::sorted, GoldenPlanTest::sorted, true);

    assertEquals(
        List.of(
            "b59343fb609bbb5f18008979a21c1e471c7d8844a749e0d710bb868f0f7ff4cc",
            "169eecf259acce0ead761f26c971f37e3ee9b2593360dcbfaadb08d3669d0d79",
            "933998003299ddccf781966db48e43ba6f06b4c2e08b2c0d8381f2d507e23e5f",
            "0b6994a84003d0a67e0e2ed029a69f315245ee9694b5f0694e0fd8c50a896e39",
            "8"),
        fourHashes(manifest, input, sort));
    assertEquals(
        List.of(
            "split / 49df3b2544019af1550a74ea8a658a79f6e7021f237f41349d39695c83f83148",
            "split /0/ a61377e7d81f891a0c543711835d86bb4c33b44af49ca091fea37898f379a852",
            "execute /0/0/ cc95e745db3e9455558869bef38e9602bfc9582ad8adbddcb6432659ac63453c",
            "execute /0/2/ ce4e52b4e67fa148909f06473097b8aa00f7c70ce6510be248873a9c592baffa",
            "merge /0/ 1de0e3717332a7e654abd6034fff97b5a91911b54ff6f81156a4e7de86822f70",
            "split /2/ d080dafa8f25d658a40639d9db63fbd2f5654fc7309fc69060016bc06c929b8b",
            "execute /2/0/ c0b314eb96d38c48926a7bfb2dc0dc4680a48580622723cb2385ea207729aaa8",
            "execute /2/2/ 0bdc9e331e387a4be0ae928154bed9e659c797a4b9e4913bb5de0a49995cc4e1",
            "merge /2/ c44330e3c9864ab3848d1e2af50b320efbc426a1e235f246ee9d9f052e9696ae",
            "merge / eb07be96857e2593327dd7aea3666609fda9e5b655ba33c70a57d4112e9aa6b0"),
        claims(run(manifest, input, sort)));
  }

  @Test
  void theFourHashesUnderEveryOtherRuleAreGolden() {
    byte[] letters = ascii("abcdefghijklmnopqrstuvwxyz0123456789");
    assertEquals(
        List.of(
            "b50a79686fdfe30581a5e5f8b863f7af34d15f7806727df48e2d497859abe720",
            "47a00ba75307e656df5b86ae954b74019b8fc7bb5c7815e923dd4dba60297382",
            "7a0d62120ecbe2b7cf9401a66d392cc38a2e1f79046feb1aef891f7969f95053",
            "4df7416df2ecfe8822366c153d8e6d4310e316c1bea9eb131961ecd70c110794",
            "36"),
        fourHashes(
            manifest(new SplitRule.ByBytes(), 2, letters),
            letters,
            Guest.of(GoldenPlanTest::upperCase, true)));

    byte[] records = upTo(0, 40);
    assertEquals(
        List.of(
            BlobRef.of(records).digest().toString(),
            "46317d94966c0a1d3bc8a4ea5a41e93380420e82e0f512ec3c0b4b187d1d218d",
            "da0c46760ba6ba2e04c4c9d6b38a9e1eb8cbf235a296bd9231f2aaebb3377d1f",
            "62d46ff9908a6ed30e1f2106f0f08c8d71dd5bc748d0259f8f80fbaad8ba7941",
            "40"),
        fourHashes(
            manifest(new SplitRule.ByRecords(4), 8, records),
            records,
            Guest.of(GoldenPlanTest::reversed, true)));

    assertEquals(
        List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "fc1a1dc9194b1baeb435679185d7681d657002303d130e9a4bde6faf52e3bb75",
            "f2bd6c99d596fd8bb6ebd00d8d8537e70a61bcb7678da4912c81a8d357d5f978",
            "dd626638eb14a7bde2b2f1809b165151b65880b1a509f2a6b194b5d3e2f2558e",
            "26"),
        fourHashes(
            manifest(new SplitRule.ByIndex(18), 0, new byte[0]),
            new byte[0],
            Guest.of(GoldenPlanTest::decimalOfTheIndex, false)));

    byte[] twenty = upTo('a', 'a' + 20);
    assertEquals(
        List.of(
            BlobRef.of(twenty).digest().toString(),
            "07cc99d082aaca7b53fa5b272c5ec896fe49b3d9a90b6ec77f4b5be8f3894fe9",
            "30be7ebaa2926d167ec45576fbe735172092219176bbabfcf99604e24291eafe",
            "5b47e399fc3f035b247b8311dcae0ce9159d7fc7eb40de6e7e39f96c77fb354c",
            "20"),
        fourHashes(
            manifest(new SplitRule.ByModule(), 4, twenty),
            twenty,
            new Guest(
                GoldenPlanTest::bytewise, GoldenPlanTest::upperCase, joined -> joined, true)));
  }

  private static byte[] decimalOfTheIndex(byte[] chunk) {
    long index = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return ascii(Long.toString(index));
  }
}
