package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.JobDraft;
import io.banyan.node.TaskLog;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.Plan;
import io.banyan.schema.Receipt;
import io.banyan.schema.Routing;
import io.banyan.schema.TreeLine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that three nodes share comes to the same bytes, and the same hashes, as at one. */
class NetworkTest {
  private static final byte[] MERGING =
      TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] ROPE =
      TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO).bytes();

  @TempDir private static Path folder;
  private static TestingNetwork network;

  @BeforeAll
  static void start() throws Exception {
    network = new TestingNetwork(folder, 3);
  }

  @AfterAll
  static void stop() {
    network.close();
    assertEquals(List.of(), network.openWorkFiles());
  }

  @AfterEach
  void nothingIsLeft() {
    network.untilIdle();
    for (int i = 0; i < 3; i++) {
      assertEquals(Set.of(), network.node(i).rejections().counts().keySet());
    }
  }

  private static byte[] lines(int count) {
    StringBuilder text = new StringBuilder();
    Random random = new Random(7);
    for (int i = 0; i < count; i++) {
      text.append("x".repeat(random.nextInt(60))).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private TestingNetwork.Done sameAsAlone(byte[] guest, byte[] input, String rule, int chunkBytes)
      throws Exception {
    Files.deleteIfExists(folder.resolve("user").resolve("input"));
    JobDraft draft =
        network.heavy(network.runs().draft(guest, input, rule, chunkBytes), Routing.DEFAULT);
    TestingRun.Done alone = network.runs().run(draft, 1);

    TestingNetwork.Done together = network.run(draft);

    assertArrayEquals(alone.output(), together.output());
    Receipt receipt = together.report().receipt();
    assertEquals(
        alone.hashes(),
        List.<Digest>of(
            together.report().manifest().input().digest(),
            Plan.of(draft.manifest()).key(Plan.of(draft.manifest()).root(draft.cuts())),
            receipt.executionRoot(),
            receipt.value().named().digest()));
    assertEquals(alone.leaves(), receipt.leaves());
    assertTrue(together.attribution().depth() >= 1, together.attribution()::toString);
    return together;
  }

  @Test
  void bytesAreCutBySize() throws Exception {
    sameAsAlone(MERGING, lines(60), "bytes", 20);
  }

  @Test
  void linesAreFoundByWhoeverHoldsThem() throws Exception {
    sameAsAlone(MERGING, lines(100), "lines", 30);
  }

  @Test
  void recordsStayWhole() throws Exception {
    sameAsAlone(MERGING, new byte[4000], "records:40", 80);
  }

  @Test
  void cellsOfAnIndexNeedNoInput() throws Exception {
    sameAsAlone(MERGING, new byte[0], "index:50", 0);
  }

  @Test
  void partsOfASplitAreLent() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO)
            .split(TestingGuest.splitInto(5))
            .merge(TestingGuest.CONCAT)
            .bytes();
    sameAsAlone(guest, lines(60), "module", 50);
  }

  @Test
  void partsOfASplitMakeARope() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO)
            .split(TestingGuest.splitInto(5))
            .bytes();
    sameAsAlone(guest, lines(60), "module", 50);
  }

  /** A call takes some 100 000 fuel here for its memory alone, and 60 of them are made. */
  @Test
  void aJobThatSpendsItsFuelEndsByName() throws Exception {
    Files.deleteIfExists(folder.resolve("user").resolve("input"));
    JobDraft draft = network.runs().draft(MERGING, lines(60), "bytes", 20);
    Budget all = draft.manifest().budget();
    Budget little =
        new Budget(
            1_000_000,
            all.leaves(),
            all.bytes(),
            all.memoryBytesMax(),
            all.hops(),
            all.timeMillis());

    JobStatus status = network.end(network.submit(network.heavy(draft, little))).status();

    assertEquals(JobState.FAILED, status.state());
    assertEquals(
        Optional.of("the plan takes more fuel than the 1000000 it may take (--fuel)"),
        status.failure());
  }

  @Test
  void whatWasSpentAndHowFastIsKnown() throws Exception {
    TestingNetwork.Done done = sameAsAlone(MERGING, lines(60), "bytes", 20);

    assertTrue(done.report().receipt().fuel() > 0);
    assertTrue(network.client().capacity().fuelPerSecond() > 0);
    assertTrue(network.node(0).peers().stream().anyMatch(peer -> peer.fuelPerSecond() > 0));
  }

  @Test
  void whatGuestsLogAndWhatLeasesTakeIsKnownAtTheTop() throws Exception {
    Files.deleteIfExists(folder.resolve("user").resolve("input"));
    byte[] guest =
        TestingGuest.of(
                TestingNetwork.SLOWLY
                    + "i32.const 2 i32.const 1024 i32.const 4 call 0 "
                    + TestingGuest.ECHO)
            .importsLog()
            .data(1024, "done")
            .bytes();
    JobDraft draft = network.heavy(network.runs().draft(guest, lines(20), "bytes", 30));
    JobId job = network.submit(draft);
    TestingNetwork.Done done = network.done(job);

    TaskLog.Kept kept = network.client().logs(job, Optional.empty());
    List<TreeLine> lent =
        network.client().tree(job).stream().filter(line -> line.depth() > 0).toList();

    Set<String> nodes = new HashSet<>();
    for (LoggedLine line : kept.lines()) {
      assertEquals("done", line.text());
      nodes.add(line.node().toString());
    }
    assertEquals(done.report().receipt().leaves(), nodes.size());
    assertTrue(kept.lines().stream().map(LoggedLine::peer).distinct().count() > 1);
    assertTrue(
        lent.stream()
            .filter(line -> line.state() == TreeLine.State.FINISHED)
            .allMatch(line -> line.fuel() > 0),
        lent::toString);
  }

  @Test
  void linesMakeARope() throws Exception {
    sameAsAlone(ROPE, lines(100), "lines", 30);
  }
}
