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

  /** What the page lets a call on {@code bytes} use up. */
  private static long fuel(long bytes) {
    return 8_300 + 28 * bytes;
  }

  /** Runs the job by two workers. */
  private static TestingNode.Job run(Manifest manifest, byte[] input, TestingGuest guest) {
    TestingNode node = new TestingNode(2);
    TestingNode.Job job = new TestingNode.Job(TestingManifests.link(1), manifest, input, guest);
    node.submit(job);
    while (!node.out.isEmpty()) {
      long call = node.out.lastKey();
      CallReport.Returned report =
          assertInstanceOf(CallReport.Returned.class, node.perform(node.out.get(call)));
      long fuel = fuel(report.fuel() - TestingGuest.fuel(0)); // a byte is one fuel there
      node.report(
          call, new CallReport.Returned(report.input(), report.output(), fuel, report.nanos()));
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
            "ea66a93afdda1a7f0c561b7c8f478b5c04c8ecb11301b973168d43476d13559b",
            "210ac196929360ec6e124c2fd72277fb943f1ebbcdea37264891093cf67a7f5e",
            "bfee87eb94a2778bda67282ca105e1637febe6bd21b074bda56e7fd14d19dc68",
            "2"),
        fourHashes(lines(), LINES, new TestingGuest.WordCount()));
    assertEquals(
        List.of(
            "execute 0 3dc73da8022d998d85c48a293925da531b44f1c69b2687f6cd2926c20dc4e1d0",
            "execute 2 a931069d92dc94822d90a262f63ce5be79c5cfdb2a74dec077be7c9246a710d9",
            "execute 6 a7b4c4661aaf3c535a4f0b49957e3e993dc38240e916a08c14f194eb32b7acd8",
            "merge 0-8 c450db10ba9e4081a59ce9a39da8a29615384c4e20393d4dfbe241fb4ef8fdda"),
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
            "2b4886d3bcc5b5ec6cb66c16cce9f1a2a57fec47605e4125d9af5db332337847",
            "4c6a4d6968b710d3335846435245786fbe88259c9ed12610fe68caba50ccbc91",
            "0b6994a84003d0a67e0e2ed029a69f315245ee9694b5f0694e0fd8c50a896e39",
            "8"),
        fourHashes(manifest, input, sort));
    assertEquals(
        List.of(
            "split / 0c37c4ad76129cc343514ea764727e552d0c75c7427031c3990e63fd069e34df",
            "split /0/ 67422fcf6d8794f4127c829341c2de8319611b25045506b9085c06c325f82fce",
            "execute /0/0/ a5e1c5deee1e233969febf9c73c2a7ff659d7d4ef211bdde9c0a15d22569fc98",
            "execute /0/2/ 3191b710561305bd5db3e99a000ae537356ff52fe4bee6b376d946119322ff82",
            "merge /0/ 70524f4643151d8d4679f8203747dc6237b07677d945c253822b8fbb279733c6",
            "split /2/ 6445944afa623971498c9f80662615de0fbb3e2910874692ef3a5c1e31148aee",
            "execute /2/0/ 9f0e8469d67e2cd6a4a1050e07006751217d9404785d690c119aa929d4c9c3f2",
            "execute /2/2/ 736d9e6946439d82a0a655818f067cd750a0a1ffccfd7e4a012bd02a45a8f6b8",
            "merge /2/ 159ccc8ef512f75c2d5dc084062ff5eb16f6245092240eaab3352eae0c2bebe2",
            "merge / 56b79ece014e603b381ca0500186b9b2a02792ac73f62e45bcf6da5a96d0550f"),
        claims(run(manifest, input, sort)));
  }

  @Test
  void theFourHashesUnderEveryOtherRuleAreGolden() {
    byte[] letters = ascii("abcdefghijklmnopqrstuvwxyz0123456789");
    assertEquals(
        List.of(
            "b50a79686fdfe30581a5e5f8b863f7af34d15f7806727df48e2d497859abe720",
            "bae8b9efbd3b1f82e195b0aa6bfa78ff112b48a6052af84dcc67bf19cba923eb",
            "dea6323da41c80369b2ee5e6c39f826acf8a3265ba37c3a382860bdda41b0222",
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
            "0bc9335a5aced035611f4b3a834d676d0aa437c389a2e7af5c77fd877fcd25f7",
            "f4fa41c3a220b2a236160fbaf530315c3de4604e63dfafa52e603724dcc9dce7",
            "62d46ff9908a6ed30e1f2106f0f08c8d71dd5bc748d0259f8f80fbaad8ba7941",
            "40"),
        fourHashes(
            manifest(new SplitRule.ByRecords(4), 8, records),
            records,
            Guest.of(GoldenPlanTest::reversed, true)));

    assertEquals(
        List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "d645ea24f20e8ba215016c604c754dd1046f7bc9170766174dc8c5908d11e0ff",
            "3ae9fcd20144415fc675296f42392ec2dfff4732d30acb8ded611f2040457984",
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
            "6300d78328bf440218605ec1370c0557f36982733ea952f000148e3e3eee3f30",
            "4e897b83bb49ba1ed97f198beea9360da6531ca09ca29a0e3de3b7f8796cca48",
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
