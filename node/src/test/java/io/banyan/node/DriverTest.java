package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.delegation.Decision;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Delivery;
import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Loan;
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
import io.banyan.trust.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverTest {
  private static final byte[] ECHO =
      TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] ENDLESS = TestingGuest.of(TestingGuest.LOOP).bytes();

  private static final Driver.Lending NOBODY =
      new Driver.Lending() {
        @Override
        public void lend(long lease, Loan loan, TaskFolder folder) {
          throw new IllegalStateException("there is nobody to lend to");
        }

        @Override
        public void revoke(long lease, String reason) {
          throw new IllegalStateException("nothing was lent");
        }
      };

  @TempDir private Path scratch;
  private final Driver driver = new Driver(Delegator.Settings.of(1));
  private BlobStore values;
  private ClaimLog claims;
  private int jobs;

  @BeforeEach
  void open() throws Exception {
    values = new BlobStore(scratch, 1 << 20);
    claims = new ClaimLog(scratch);
  }

  @AfterEach
  void close() throws Exception {
    driver.stop();
    values.close();
    claims.close();
  }

  private TaskFolder task(byte[] guest) throws Exception {
    return task(guest, claims, _ -> {});
  }

  private TaskFolder task(byte[] guest, ClaimLog log, Consumer<Decision> explained)
      throws Exception {
    Path own = Files.createDirectory(scratch.resolve("job" + jobs++));
    JobDraft draft = new TestingRun(own).draft(guest, new byte[40], "bytes", 10);
    PreparedJob job = draft.sign(TestingRun.identity(1));
    GuestCalls calls =
        new GuestCalls(
            TestingRun.SANDBOX,
            draft.module(),
            draft.configuration(),
            draft.manifest().limits(),
            draft.input(),
            values);
    return new TaskFolder(
        LocalRun.task(job),
        new TaskFolder.Authority(job.signed(), List.of(), Link.ofJob(job.id(), draft.manifest())),
        Material.NONE,
        calls,
        values,
        log,
        explained);
  }

  private static JobEnd end(TaskFolder folder) throws Exception {
    return folder.end().get(60, TimeUnit.SECONDS);
  }

  @Test
  void cancelThatOvertakesTheBeginEndsTheTask() throws Exception {
    TaskFolder folder = task(ENDLESS);
    driver.begin(folder);
    driver.cancel(folder.link());

    driver.start(NOBODY);

    assertEquals(new JobEnd.Cancelled(), end(folder));
    assertEquals(0, driver.tasks());
  }

  @Test
  void diskThatFailsEndsItsTaskAlone() throws Exception {
    ClaimLog broken = new ClaimLog(Files.createDirectory(scratch.resolve("broken")));
    broken.close();
    TaskFolder folder = task(ECHO, broken, _ -> {});
    TaskFolder other = task(ECHO);
    driver.start(NOBODY);

    driver.begin(folder);
    driver.begin(other);

    ExecutionException failed = assertThrows(ExecutionException.class, () -> end(folder));
    assertInstanceOf(IOException.class, failed.getCause());
    assertInstanceOf(JobEnd.Completed.class, end(other));
    assertEquals(0, driver.tasks());
  }

  @Test
  void stoppedDriverLetsEverybodyGo() throws Exception {
    TaskFolder running = task(ENDLESS);
    TaskFolder late = task(ENDLESS);
    driver.start(NOBODY);
    driver.begin(running);

    driver.stop();

    assertThrows(CancellationException.class, () -> end(running));
    driver.begin(late);
    assertThrows(CancellationException.class, () -> end(late));
    assertThrows(ExecutionException.class, () -> driver.ask(d -> 1).get(60, TimeUnit.SECONDS));
  }

  @Test
  void driverThatDiesTellsWhy() throws Exception {
    IllegalStateException bug = new IllegalStateException("as a test wants it");
    TaskFolder running =
        task(
            ECHO,
            claims,
            _ -> {
              Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {}); // it is no news
              throw bug;
            });
    driver.start(NOBODY);
    driver.begin(running);

    ExecutionException failed = assertThrows(ExecutionException.class, () -> end(running));
    assertEquals(bug, failed.getCause());
    assertThrows(ExecutionException.class, () -> driver.ask(d -> 1).get(60, TimeUnit.SECONDS));
  }

  @Test
  void deliveryThatIsNotAdoptedIsDropped() throws Exception {
    TaskFolder folder = task(ENDLESS);
    driver.start(NOBODY);
    driver.begin(folder);
    BlobRef blob = values.put(new byte[] {1});
    values.put(new byte[] {2, 3});
    BlobRef leaf = values.put(new byte[] {2, 3});
    PlanNode node = new PlanNode.Cells(new Interval(0, 1));
    Claim claim =
        new Claim(
            Profile.ONE,
            Digest.ZERO,
            GuestFunction.EXECUTE,
            Digest.ZERO,
            leaf.digest(),
            leaf.length(),
            0,
            new Outcome.Completed());
    ReceiptEntry step = new ReceiptEntry.StepEntry(new Step(node, claim));
    long steps = claims.stage(List.of(step, step));
    Value rope = Value.Rope.over(List.of(leaf, leaf));
    folder.stage(7, new TaskFolder.Staged(delivery(new Value.Blob(blob)), List.of(), List.of()));
    folder.stage(8, new TaskFolder.Staged(delivery(rope), List.of(), List.of(steps)));

    driver.tell(delivered(7));
    driver.tell(delivered(8));
    driver.cancel(folder.link());
    assertEquals(new JobEnd.Cancelled(), end(folder));

    assertEquals(Optional.empty(), values.find(blob));
    assertEquals(Optional.empty(), values.find(leaf));
  }

  private static Event delivered(long lease) {
    return new Event.Delivered(lease, delivery(new Value.Blob(BlobRef.EMPTY)));
  }

  private static Delivery delivery(Value value) {
    return new Delivery(value, new Evidence(Digest.ZERO, 1, 0), Digest.ZERO);
  }
}
