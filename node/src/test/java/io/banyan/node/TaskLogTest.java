package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.compute.GuestLog;
import io.banyan.compute.LogLine;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskLogTest {
  private static final PlanNode LEAF = new PlanNode.Cells(new Interval(3, 4));
  private static final PeerId SELF = TestingRun.identity(1).publicKey().peerId();
  private static final PeerId CHILD = TestingRun.identity(2).publicKey().peerId();

  private static final PeerId BELOW = TestingRun.identity(3).publicKey().peerId();
  private static final PlanNode LEAVES = new PlanNode.Cells(new Interval(0, 16));

  @TempDir private Path folder;
  private final TaskLog log = new TaskLog();

  private static GuestLog guest(int lines, String text) {
    return new GuestLog(Collections.nCopies(lines, new LogLine(2, text)), false);
  }

  private static LoggedLine line(PeerId peer, String text) {
    return new LoggedLine(LEAF, GuestFunction.EXECUTE, peer, 2, text);
  }

  private void below(List<LoggedLine> lines, long cut) {
    log.addBelow(CHILD, Set.of(BELOW), LEAVES, lines, cut);
  }

  @Test
  void aChildNamesThoseBelowItAndNobodyElse() {
    PeerId stranger = TestingRun.identity(9).publicKey().peerId();
    LoggedLine elsewhere =
        new LoggedLine(
            new PlanNode.Cells(new Interval(16, 17)), GuestFunction.EXECUTE, CHILD, 2, "x");

    below(List.of(line(CHILD, "a"), line(BELOW, "b"), line(stranger, "c"), elsewhere), 0);

    assertEquals(
        new TaskLog.Kept(List.of(line(CHILD, "a"), line(BELOW, "b"), line(CHILD, "c")), 1),
        log.kept(SELF));
  }

  @Test
  void aLineNamesWhoRanTheCall() {
    log.add(LEAF, GuestFunction.EXECUTE, guest(1, "here"));
    below(List.of(line(CHILD, "there")), 5);

    assertEquals(
        new TaskLog.Kept(List.of(line(SELF, "here"), line(CHILD, "there")), 5), log.kept(SELF));
  }

  @Test
  void aCallIsKeptOnlySoManyLines() {
    log.add(LEAF, GuestFunction.EXECUTE, guest(TaskLog.CALL_LINES_MAX + 3, "x"));
    log.add(LEAF, GuestFunction.MERGE, guest(1, "y"));

    assertEquals(TaskLog.CALL_LINES_MAX + 1, log.kept(SELF).lines().size());
    assertEquals(3, log.kept(SELF).cut());
  }

  @Test
  void aTaskIsKeptOnlySoManyLines() {
    List<LoggedLine> page = Collections.nCopies(100, line(CHILD, "x"));
    for (int i = 0; i < 20; i++) {
      below(page, 0);
    }
    below(List.of(), Long.MAX_VALUE);

    assertEquals(TaskLog.LINES_MAX, log.kept(SELF).lines().size());
    assertEquals(2000 - TaskLog.LINES_MAX, log.kept(SELF).cut());
  }

  @Test
  void aLineHasNoSayOverATerminalAndIsCut() {
    log.add(LEAF, GuestFunction.EXECUTE, guest(1, "\u001b[2J\n" + "é".repeat(2000)));

    assertEquals(" [2J " + "é".repeat(334), log.kept(SELF).lines().getFirst().text());
  }

  @Test
  void whatIsCutOnTheWayUpIsCounted() {
    below(Collections.nCopies(10, line(CHILD, "x")), 1);

    TaskLog.Kept first = log.kept(SELF).first(4);

    assertEquals(4, first.lines().size());
    assertEquals(7, first.cut());
  }

  @Test
  void itIsTheSameWhenItIsReadAgain() throws Exception {
    for (int i = 0; i < TaskLog.LINES_MAX + 9; i++) {
      below(List.of(line(CHILD, "line " + i)), 0);
    }
    log.kept(SELF).write(folder.resolve("logs"));
    TaskLog.Kept.NOTHING.write(folder.resolve("none"));

    assertEquals(log.kept(SELF), TaskLog.Kept.read(folder.resolve("logs")));
    assertEquals(TaskLog.Kept.NOTHING, TaskLog.Kept.read(folder.resolve("none")));
  }
}
