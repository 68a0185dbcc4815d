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
        "41d51a84e96215d6845f722b6243111f3b3195436fac00354658f040ec738c15",
        cellsKey(manifest, 0, 8));
    assertEquals(
        "2147c0752181f1013b16433e2b882095464c5e692dd9450b5f289291ca081123",
        cellsKey(manifest, 0, 1));
    assertEquals(
        "c09ccf611deb65ef03c1f0c67a3183f5205869c4ad43e8a74998119df630ccd0",
        cellsKey(manifest, 2, 3));
    assertEquals(
        "7a7d384fec58b7b3eb4f438b43175ae2b4387a665fa34a82267f72f9d84d938a",
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
        "47a00ba75307e656df5b86ae954b74019b8fc7bb5c7815e923dd4dba60297382", cellsKey(bytes, 0, 18));
    assertEquals(
        "fc1a1dc9194b1baeb435679185d7681d657002303d130e9a4bde6faf52e3bb75", cellsKey(index, 0, 18));
    assertEquals(
        "46317d94966c0a1d3bc8a4ea5a41e93380420e82e0f512ec3c0b4b187d1d218d",
        cellsKey(records, 0, 5));
    assertEquals(
        "552061c5a88b4636d514874e309cf83c6912bac1f229a49fca9e666775ef2703",
        cellsKey(records, 3, 4));
  }

  @Test
  void keysOfPathsAreGolden() {
    TestingManifest module = TestingManifest.over(upTo(97, 117), new SplitRule.ByModule(), 4);

    assertEquals(new PlanNode.Part(List.of()), Plan.of(module.build()).root(Optional.empty()));
    assertEquals(
        "07cc99d082aaca7b53fa5b272c5ec896fe49b3d9a90b6ec77f4b5be8f3894fe9",
        key(module, new PlanNode.Part(List.of())));
    assertEquals(
        "472c2779bf6f204d45a06f52db5f74205a8e3dd00dd750a10cb0e32b472d8a33",
        key(module, new PlanNode.Parts(List.of(), new Interval(0, 16))));
    assertEquals(
        "e797de93688616469f1bf3a424c1f756217797ebf64238f3c1e56d0c75ac0fcd",
        key(module, new PlanNode.Part(List.of(17))));
    assertEquals(
        "7dac83e0e053a8743e9aeb829569fcac3406ac529ad4882f39967bea40f22962",
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
    changes.put("profile", m -> m.profile = new Profile("1"));
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
