package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.Command;
import io.banyan.delegation.Known;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Outcome;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps that are finished in any order are read back in the order of the plan. */
class ClaimLogTest {
  private static final Digest LINK = Digest.sha256();

  @TempDir private Path folder;

  private static Step step(PlanNode node, GuestFunction function) {
    Claim claim =
        new Claim(
            Profile.ONE,
            Digest.sha256(node.toString().getBytes(StandardCharsets.US_ASCII)),
            function,
            Digest.ZERO,
            Digest.ZERO,
            0,
            0,
            new Outcome.Completed());
    return function == GuestFunction.SPLIT
        ? new Step(node, claim, List.of(BlobRef.EMPTY))
        : new Step(node, claim);
  }

  private static PlanNode cells(int from, int to) {
    return new PlanNode.Cells(new Interval(from, to));
  }

  private static PlanNode.Part part(Integer... path) {
    return new PlanNode.Part(List.of(path));
  }

  private static String words(Step step) {
    return step.claim().function().exportName() + " " + step.node();
  }

  private static List<String> all(Iterator<Step> steps) {
    List<String> all = new ArrayList<>();
    steps.forEachRemaining(step -> all.add(words(step)));
    return all;
  }

  private static Command.Record record(
      PlanNode node, List<Step> steps, List<? extends PlanNode> children) {
    return new Command.Record(
        LINK, node, steps, List.copyOf(children), what(node).value(), what(node).evidence());
  }

  private static Known.Finished what(PlanNode node) {
    byte[] name = node.toString().getBytes(StandardCharsets.US_ASCII);
    return new Known.Finished(
        new Value.Blob(BlobRef.of(name)), new Evidence(Digest.sha256(name), 1, name.length));
  }

  private static void leaf(ClaimLog log, PlanNode node) throws IOException {
    log.append(record(node, List.of(step(node, GuestFunction.EXECUTE)), List.of()));
  }

  private static void merge(ClaimLog log, PlanNode node, PlanNode... children) throws IOException {
    log.append(record(node, List.of(step(node, GuestFunction.MERGE)), List.of(children)));
  }

  @Test
  void mergeComesBehindItsLeavesWhoeverWasFirst() throws IOException {
    try (ClaimLog log = new ClaimLog(folder)) {
      leaf(log, cells(1, 2));
      leaf(log, cells(0, 1));
      leaf(log, cells(2, 3));
      merge(log, cells(0, 3), cells(0, 1), cells(1, 2), cells(2, 3));

      assertEquals(
          List.of("execute 0", "execute 1", "execute 2", "merge 0-3"), all(log.steps(cells(0, 3))));
    }
  }

  @Test
  void splitComesBeforeWhatItMakesAndItsMergeBehind() throws IOException {
    try (ClaimLog log = new ClaimLog(folder)) {
      leaf(log, part(1));
      leaf(log, part(0, 1));
      leaf(log, part(0, 0));
      PlanNode.Part first = part(0);
      log.append(
          record(
              first,
              List.of(step(first, GuestFunction.SPLIT), step(first, GuestFunction.MERGE)),
              List.of(part(0, 0), part(0, 1))));
      PlanNode.Part root = part();
      log.append(
          record(
              root,
              List.of(step(root, GuestFunction.SPLIT), step(root, GuestFunction.MERGE)),
              List.of(first, part(1))));

      assertEquals(
          List.of(
              "split /",
              "split /0/",
              "execute /0/0/",
              "execute /0/1/",
              "merge /0/",
              "execute /1/",
              "merge /"),
          all(log.steps(root)));
    }
  }

  @Test
  void nodeWithoutStepsOfItsOwnIsPassedThrough() throws IOException {
    try (ClaimLog log = new ClaimLog(folder)) {
      leaf(log, cells(0, 1));
      leaf(log, cells(1, 2));
      log.append(record(cells(0, 2), List.of(), List.of(cells(0, 1), cells(1, 2))));

      assertEquals(List.of("execute 0", "execute 1"), all(log.steps(cells(0, 2))));
    }
  }

  @Test
  void randomTreesComeBackInTheirOrder() throws Exception {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      int leaves = 1 + random.nextInt(600);
      try (ClaimLog log = new ClaimLog(folder)) {
        List<String> expected = new ArrayList<>();
        write(log, Interval.all(leaves), random, expected);

        assertEquals(expected, all(log.steps(new PlanNode.Cells(Interval.all(leaves)))));
      }
    }
  }

  /** Records a subtree with its children in random order; says its steps in the plan's. */
  private static void write(ClaimLog log, Interval interval, Random random, List<String> expected)
      throws IOException {
    PlanNode node = new PlanNode.Cells(interval);
    if (interval.count() == 1) {
      leaf(log, node);
      expected.add("execute " + node);
      return;
    }
    List<Interval> children = interval.children();
    List<Integer> order = new ArrayList<>();
    List<List<String>> below = new ArrayList<>();
    for (int i = 0; i < children.size(); i++) {
      order.add(i);
      below.add(new ArrayList<>());
    }
    Collections.shuffle(order, random);
    for (int i : order) {
      write(log, children.get(i), random, below.get(i));
    }
    below.forEach(expected::addAll);
    merge(log, node, children.stream().map(PlanNode.Cells::new).toArray(PlanNode[]::new));
    expected.add("merge " + node);
  }

  @Test
  void nodeWhoseChildWasNotRecordedIsABug() throws IOException {
    try (ClaimLog log = new ClaimLog(folder)) {
      leaf(log, cells(0, 1));

      assertThrows(
          IllegalStateException.class, () -> merge(log, cells(0, 2), cells(0, 1), cells(1, 2)));
      assertThrows(IllegalStateException.class, () -> log.steps(cells(0, 2)));
    }
  }

  @Test
  void stepsAreReadAgainAndAgain() throws IOException {
    try (ClaimLog log = new ClaimLog(folder)) {
      leaf(log, cells(0, 1));

      for (int i = 0; i < 3; i++) {
        Iterator<Step> steps = log.steps(cells(0, 1));
        assertTrue(steps.hasNext());
        assertEquals("execute 0", words(steps.next()));
        assertFalse(steps.hasNext());
        assertThrows(NoSuchElementException.class, steps::next);
      }
    }
  }

  private static ReceiptEntry entry(PlanNode node) {
    return new ReceiptEntry.StepEntry(step(node, GuestFunction.EXECUTE));
  }

  @Test
  void whatWasStagedIsAdoptedInThePlaceOfANode() throws Exception {
    try (ClaimLog log = new ClaimLog(folder)) {
      long first = log.stage(List.of(entry(cells(2, 3)), entry(cells(3, 4))));
      log.stage(List.of(entry(cells(9, 10)))); // and never used
      long second = log.stage(List.of(entry(cells(4, 5))));
      leaf(log, cells(0, 1));
      log.adopt(cells(1, 5), what(cells(1, 5)), List.of(), List.of(first, second));
      log.append(
          record(
              cells(0, 5),
              List.of(step(cells(0, 5), GuestFunction.MERGE)),
              List.of(cells(0, 1), cells(1, 5))));

      List<String> staged = new ArrayList<>();
      log.staged(List.of(second, first))
          .forEachRemaining(e -> staged.add(words(((ReceiptEntry.StepEntry) e).step())));

      assertEquals(List.of(execute(4, 5), execute(2, 3), execute(3, 4)), staged);
      assertEquals(
          List.of(
              execute(0, 1),
              execute(2, 3),
              execute(3, 4),
              execute(4, 5),
              words(step(cells(0, 5), GuestFunction.MERGE))),
          all(log.steps(cells(0, 5))));
    }
  }

  private static String execute(int from, int to) {
    return words(step(cells(from, to), GuestFunction.EXECUTE));
  }

  @Test
  void forgottenNodeMayComeAgain() throws Exception {
    try (ClaimLog log = new ClaimLog(folder)) {
      leaf(log, cells(0, 1));
      log.forget(cells(0, 1));

      assertThrows(IllegalStateException.class, () -> log.steps(cells(0, 1)));
      long place = log.stage(List.of(entry(cells(0, 1))));
      log.adopt(cells(0, 1), what(cells(0, 1)), List.of(), List.of(place));
      assertEquals(List.of(execute(0, 1)), all(log.steps(cells(0, 1))));
    }
  }

  /** Receipts of what peers delivered are named by all above it, also in the next life. */
  @Test
  void aLogThatIsKeptSaysTheSameAgainWhereverItBreaksOff() throws Exception {
    Path path = folder.resolve("kept");
    List<Long> ends = new ArrayList<>();
    List<Map<PlanNode, Known.Finished>> finished = new ArrayList<>();
    Known.Finished lent =
        new Known.Finished(
            what(cells(2, 4)).value(), what(cells(2, 4)).evidence(), List.of(LINK), 3);
    try (ClaimLog log = ClaimLog.kept(path)) {
      List<Write> writes =
          List.of(
              () -> leaf(log, cells(1, 2)),
              () -> leaf(log, cells(0, 1)),
              () -> merge(log, cells(0, 2), cells(0, 1), cells(1, 2)),
              () -> leaf(log, cells(7, 8)),
              () -> log.stage(List.of(entry(cells(2, 3)), entry(cells(3, 4)))),
              () -> log.adopt(cells(2, 4), lent, List.of(ends.get(4)), List.of(ends.get(3))),
              () -> log.forget(cells(7, 8)),
              () -> merge(log, cells(0, 4), cells(0, 2), cells(2, 4)));
      for (Write write : writes) {
        write.run();
        ends.add(Files.size(path));
        finished.add(log.finished());
      }
    }
    byte[] whole = Files.readAllBytes(path);
    Path cut = folder.resolve("cut");
    int last = -1;
    for (int size = 0; size <= whole.length; size++) {
      Files.write(cut, Arrays.copyOf(whole, size));
      while (last + 1 < ends.size() && ends.get(last + 1) <= size) {
        last++;
      }

      try (ClaimLog log = ClaimLog.kept(cut)) {
        assertEquals(last < 0 ? Map.of() : finished.get(last), log.finished(), "at byte " + size);
        leaf(log, cells(9, 10));
        assertEquals(List.of(execute(9, 10)), all(log.steps(cells(9, 10))));
      }
    }
    try (ClaimLog log = ClaimLog.kept(path)) {
      Known.Finished root = log.finished().get(cells(0, 4));
      assertEquals(List.of(LINK), root.receipts());
      assertEquals(3, root.leases());
      assertEquals(List.of(ends.get(4)), log.leasePlaces(LINK));
      assertEquals(6, all(log.steps(cells(0, 4))).size());
    }
  }

  private interface Write {
    void run() throws IOException;
  }

  @Test
  void aByteThatChangedEndsTheLogBeforeIt() throws Exception {
    Path path = folder.resolve("kept");
    long first;
    try (ClaimLog log = ClaimLog.kept(path)) {
      leaf(log, cells(0, 1));
      first = Files.size(path);
      leaf(log, cells(1, 2));
    }
    byte[] bytes = Files.readAllBytes(path);
    for (int at = (int) first; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 1;
      Files.write(path, changed);

      try (ClaimLog log = ClaimLog.kept(path)) {
        assertEquals(Set.of(cells(0, 1)), log.finished().keySet(), "byte " + at);
      }
    }
  }
}
