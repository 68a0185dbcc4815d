package io.banyan.schema;

import static io.banyan.schema.TestingManifest.ascii;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final Interval ALL = Interval.all(8);

  /** The worked example of docs/plan.md. */
  private static TestingManifest example() {
    TestingManifest manifest =
        TestingManifest.over(
            ascii("to be\nor not to be\nthat is the question whether\ntis nobler\n"),
            new SplitRule.ByLines(),
            8);
    manifest.params = Bytes.of(ascii("count"));
    manifest.shared = List.of(BlobRef.of(ascii("dictionary")));
    return manifest;
  }

  private static String cellsKey(TestingManifest manifest, int from, int to) {
    return key(manifest, new PlanNode.Cells(new Interval(from, to)));
  }

  private static String key(TestingManifest manifest, PlanNode node) {
    return Plan.of(manifest.build()).key(node).toString();
  }

  /* The keys below were computed by another program from docs/plan.md. */

  @Test
  void keysOfTheWorkedExampleAreGolden() {
    TestingManifest manifest = example();

    assertEquals(
        new PlanNode.Cells(ALL), Plan.of(manifest.build()).root(Optional.of(new IndexCuts(8))));
    assertEquals(
        "ea66a93afdda1a7f0c561b7c8f478b5c04c8ecb11301b973168d43476d13559b",
        cellsKey(manifest, 0, 8));
    assertEquals(
        "4632a7c4c51384b7e00ddd3d8acfafeb265d2ea8ff95c0396a8a8d229ca81e87",
        cellsKey(manifest, 0, 1));
    assertEquals(
        "d46682685e5e2e03c35c5b239a78ad4bb8b76dfb2c6655a4d89f32be0a9ba4da",
        cellsKey(manifest, 2, 3));
    assertEquals(
        "30819ff8fa4dd0c6c5cc24bc804a76a629f42cc8caa7a2f7ec99868a0a7c683b",
        cellsKey(manifest, 6, 7));
  }

  @Test
  void keysUnderEveryRuleAreGolden() {
    TestingManifest bytes =
        TestingManifest.over(
            ascii("abcdefghijklmnopqrstuvwxyz0123456789"), new SplitRule.ByBytes(), 2);
    TestingManifest index = TestingManifest.over(new byte[0], new SplitRule.ByIndex(18), 0);
    TestingManifest records = TestingManifest.over(upTo(0, 40), new SplitRule.ByRecords(4), 8);

    assertEquals(
        "bae8b9efbd3b1f82e195b0aa6bfa78ff112b48a6052af84dcc67bf19cba923eb", cellsKey(bytes, 0, 18));
    assertEquals(
        "d645ea24f20e8ba215016c604c754dd1046f7bc9170766174dc8c5908d11e0ff", cellsKey(index, 0, 18));
    assertEquals(
        "0bc9335a5aced035611f4b3a834d676d0aa437c389a2e7af5c77fd877fcd25f7",
        cellsKey(records, 0, 5));
    assertEquals(
        "cf0fae51a82474fd30dc9cef5b7883ac455fe6653b7f57b16cbf6180d9b3bccd",
        cellsKey(records, 3, 4));
  }

  @Test
  void keysOfPathsAreGolden() {
    TestingManifest module = TestingManifest.over(upTo(97, 117), new SplitRule.ByModule(), 4);

    assertEquals(new PlanNode.Part(List.of()), Plan.of(module.build()).root(Optional.empty()));
    assertEquals(
        "6300d78328bf440218605ec1370c0557f36982733ea952f000148e3e3eee3f30",
        key(module, new PlanNode.Part(List.of())));
    assertEquals(
        "f270fc46b1999268a5c2e9051dc865fce3cefc67aee4ef00278749269122238a",
        key(module, new PlanNode.Parts(List.of(), new Interval(0, 16))));
    assertEquals(
        "0476b245975274ff4b7b55b6e046259affd9e840e6ba1bcef587e5852ebd5a25",
        key(module, new PlanNode.Part(List.of(17))));
    assertEquals(
        "44a4a25fd3491f3542857ba5ee0bcad99f53f3be651c8c3aa6fe20502b6ba36a",
        key(module, new PlanNode.Part(List.of(1, 2, 3, 4, 5, 6, 7, 4095))));
  }

  private static byte[] upTo(int from, int to) {
    byte[] bytes = new byte[to - from];
    for (int i = from; i < to; i++) {
      bytes[i - from] = (byte) i;
    }
    return bytes;
  }

  @Test
  void whatDecidesTheValueDecidesTheKey() {
    Map<String, Consumer<TestingManifest>> changes = new LinkedHashMap<>();
    changes.put("nothing", _ -> {});
    changes.put("profile", m -> m.profile = new Profile("2"));
    changes.put("module", m -> m.module = new BlobRef(Digest.ZERO, m.module.length()));
    changes.put("module size", m -> m.module = new BlobRef(m.module.digest(), 9));
    changes.put("input", m -> m.input = new BlobRef(Digest.ZERO, m.input.length()));
    changes.put("input size", m -> m.input = new BlobRef(m.input.digest(), 58));
    changes.put("params", m -> m.params = Bytes.of(ascii("Count")));
    changes.put("no params", m -> m.params = Bytes.EMPTY);
    changes.put("shared", m -> m.shared = List.of(BlobRef.of(ascii("other"))));
    changes.put("no shared", m -> m.shared = List.of());
    changes.put("shared twice", m -> m.shared = List.of(m.shared.getFirst(), m.shared.getFirst()));
    changes.put("bytes", m -> m.splitRule = new SplitRule.ByBytes());
    changes.put("module rule", m -> m.splitRule = new SplitRule.ByModule());
    changes.put("chunk", m -> m.chunkBytes = 9);
    changes.put(
        "fuel", m -> m.limits = new CallLimits(999_999_999, 256 << 20, 1 << 20, 16 << 20, 30_000));
    changes.put(
        "memory",
        m -> m.limits = new CallLimits(1_000_000_000, 128 << 20, 1 << 20, 16 << 20, 30_000));
    changes.put(
        "depth",
        m -> m.limits = new CallLimits(1_000_000_000, 256 << 20, 1 << 19, 16 << 20, 30_000));
    changes.put(
        "output",
        m -> m.limits = new CallLimits(1_000_000_000, 256 << 20, 1 << 20, 15 << 20, 30_000));
    Map<String, String> nameByKey = new HashMap<>();

    changes.forEach(
        (name, change) -> {
          TestingManifest manifest = example();
          change.accept(manifest);
          String other = nameByKey.put(cellsKey(manifest, 0, 8), name);

          assertEquals(null, other, name + " has the key of " + other);
        });
  }

  @Test
  void theOrderOfSharedBlobsAndTheNumberOfARuleDecideTheKey() {
    BlobRef a = BlobRef.of(ascii("a"));
    BlobRef b = BlobRef.of(ascii("b"));
    TestingManifest ab = example();
    ab.shared = List.of(a, b);
    TestingManifest ba = example();
    ba.shared = List.of(b, a);
    TestingManifest records1 = TestingManifest.over(upTo(0, 12), new SplitRule.ByRecords(1), 4);
    TestingManifest records2 = TestingManifest.over(upTo(0, 12), new SplitRule.ByRecords(2), 4);
    TestingManifest index3 = TestingManifest.over(new byte[0], new SplitRule.ByIndex(3), 0);
    TestingManifest index4 = TestingManifest.over(new byte[0], new SplitRule.ByIndex(4), 0);

    assertFalse(cellsKey(ab, 0, 8).equals(cellsKey(ba, 0, 8)));
    assertFalse(cellsKey(records1, 0, 1).equals(cellsKey(records2, 0, 1)));
    assertFalse(cellsKey(index3, 0, 1).equals(cellsKey(index4, 0, 1)));
  }

  @Test
  void whoAsksWhenAndHowSureDoesNotTouchTheKey() {
    String key = cellsKey(example(), 0, 8);
    Map<String, Consumer<TestingManifest>> changes = new LinkedHashMap<>();
    changes.put("token", m -> m.token = Bytes.of(upTo(1, 17)));
    changes.put("created", m -> m.createdMillis = 0);
    changes.put("end", m -> m.endMillis = 1_800_000_000_000L);
    changes.put("entry", m -> m.entry = Examples.key(2));
    changes.put("budget", m -> m.budget = new Budget(1, 1, 0, 1, 0, 1));
    changes.put("retries", m -> m.retries = 0);
    changes.put("verification", m -> m.verification = new Verification.Copies(3));
    changes.put(
        "routing",
        m -> m.routing = new Routing(Priority.CRITICAL, List.of(), List.of("gpu"), true));
    changes.put("partial", m -> m.partialPermille = 500);
    changes.put("memo", m -> m.memo = MemoPolicy.REFUSED);
    changes.put("weight", m -> m.operationWeight = 12.5);
    changes.put(
        "wall time",
        m -> m.limits = new CallLimits(1_000_000_000, 256 << 20, 1 << 20, 16 << 20, 1));

    changes.forEach(
        (name, change) -> {
          TestingManifest manifest = example();
          change.accept(manifest);

          assertEquals(key, cellsKey(manifest, 0, 8), name + " changes the key");
        });
  }

  @Property(tries = 60)
  void noTwoPlanNodesShareAKey(
      @ForAll @IntRange(min = 1, max = 1200) int cells, @ForAll long seed) {
    Plan input = Plan.of(example().build());
    Plan module = Plan.of(TestingManifest.over(upTo(0, 9), new SplitRule.ByModule(), 1).build());
    Map<Digest, PlanNode> cellsByKey = new HashMap<>();
    Map<Digest, PlanNode> partsByKey = new HashMap<>();

    walk(input, Interval.all(cells), cellsByKey);
    walkParts(module, new PlanNode.Part(List.of()), new Random(seed), partsByKey);

    partsByKey.keySet().retainAll(cellsByKey.keySet());
    assertTrue(partsByKey.isEmpty());
  }

  private static void walk(Plan plan, Interval interval, Map<Digest, PlanNode> nodesByKey) {
    take(plan, new PlanNode.Cells(interval), nodesByKey);
    interval.children().forEach(child -> walk(plan, child, nodesByKey));
  }

  private static void take(Plan plan, PlanNode node, Map<Digest, PlanNode> nodesByKey) {
    PlanNode other = nodesByKey.put(plan.key(node), node);
    assertEquals(null, other, node + " has the key of " + other);
  }

  /** Random splits, few of them wide, as deep as they may be. */
  private static void walkParts(
      Plan plan, PlanNode.Part part, Random random, Map<Digest, PlanNode> nodesByKey) {
    take(plan, part, nodesByKey);
    if (part.path().size() == Limits.SPLIT_DEPTH_MAX
        || random.nextInt(4) == 0
        || nodesByKey.size() > 3000) {
      return;
    }
    int count = random.nextInt(10) == 0 ? 1 + random.nextInt(300) : 1 + random.nextInt(3);
    spread(plan, part, Interval.all(count), count, random, nodesByKey);
  }

  private static void spread(
      Plan plan,
      PlanNode.Part part,
      Interval interval,
      int count,
      Random random,
      Map<Digest, PlanNode> nodesByKey) {
    if (interval.count() == 1) {
      walkParts(plan, part.child(interval.from()), random, nodesByKey);
      return;
    }
    if (interval.count() < count) {
      take(plan, new PlanNode.Parts(part.path(), interval), nodesByKey);
    }
    for (Interval child : interval.children()) {
      spread(plan, part, child, count, random, nodesByKey);
    }
  }

  @Test
  void aPlanOfCellsHasNoRootWithoutCuts() {
    Plan plan = Plan.of(example().build());

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> plan.root(Optional.empty()));

    assertEquals("split rule lines makes cells, and there are no cuts", refused.getMessage());
  }

  @Test
  void aPartIsALeafWhenItIsShortOrNotSmallerOrUnderEightSplits() {
    Plan plan = Plan.of(TestingManifest.over(upTo(0, 9), new SplitRule.ByModule(), 4).build());
    PlanNode.Part root = new PlanNode.Part(List.of());
    PlanNode.Part seventh = new PlanNode.Part(List.of(0, 0, 0, 0, 0, 0, 0));

    assertTrue(plan.isLeaf(root, 4, Long.MAX_VALUE));
    assertFalse(plan.isLeaf(root, 5, Long.MAX_VALUE));
    assertFalse(plan.isLeaf(root.child(0), 8, 9));
    assertTrue(plan.isLeaf(root.child(0), 9, 9));
    assertTrue(plan.isLeaf(root.child(0), 10, 9));
    assertFalse(plan.isLeaf(seventh, 8, 9));
    assertTrue(plan.isLeaf(seventh.child(4095), 8, 9));
  }
}
