package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.JobBook.Reservation;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.node.journal.Journal;
import io.banyan.node.journal.JournaledJob;
import io.banyan.node.journal.Retention;
import io.banyan.node.journal.SpareEnds;
import io.banyan.node.journal.TestingDisk;
import io.banyan.schema.BlobRef;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import io.banyan.schema.JobSummary;
import io.banyan.schema.Priority;
import io.banyan.schema.Signed;
import io.banyan.schema.TreeLine;
import io.banyan.schema.Value;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobBookTest {
  private static final long BEGIN_MILLIS = 1_800_000_000_000L;

  @TempDir private Path folder;
  private final AtomicLong nowMillis = new AtomicLong(BEGIN_MILLIS);
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private Duration retry = Duration.ofDays(1); // never
  private Duration tidiedEvery = Duration.ofDays(1); // likewise
  private JobDraft draft;

  @BeforeEach
  void draft() throws Exception {
    draft =
        new TestingRun(folder)
            .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[4], "bytes", 1);
  }

  private JobBook open() throws IOException {
    return open(Retention.DEFAULT);
  }

  private JobBook open(Retention retention) throws IOException {
    return JobBook.open(folder.resolve("data"), retention, clock, log::add);
  }

  private PreparedJob job(int submitter) {
    return draft.sign(TestingRun.identity(submitter));
  }

  private JobId accept(JobBook book, PreparedJob job) throws Exception {
    JobDirectory place =
        assertInstanceOf(
                Reservation.Granted.class,
                book.reserve(job.id(), job.signed().signer(), Priority.NORMAL))
            .folder();
    Files.write(place.input(), new byte[4]);
    Signed accepted = TestingRun.identity(9).sign(SigningDomain.ACCEPTED, new byte[1]);
    book.accept(
        new JournaledJob(job.id(), job.signed(), accepted, nowMillis.get(), Optional.empty()),
        draft.manifest());
    return job.id();
  }

  private static JobEnding.Completed completed(JobBook book, JobId job) throws IOException {
    BlobRef ref = BlobRef.of(new byte[1]);
    Files.write(book.folder(job).orElseThrow().output(), new byte[1]);
    Files.write(book.folder(job).orElseThrow().receipt(), new byte[1]);
    return new JobEnding.Completed(new Value.Blob(ref), ref, ref);
  }

  @Test
  void jobThatRanWhenTheNodeStoppedIsThereToGoOn() throws Exception {
    JobId job;
    Path crashed = folder.resolve("crashed");
    try (JobBook book = open()) {
      job = accept(book, job(1));
      book.moved(job, JobState.COMPUTING);
      Files.createDirectories(crashed.resolve("jobs"));
      for (String name : List.of("journal.db", "journal.db-wal")) {
        Files.copy(folder.resolve("data").resolve(name), crashed.resolve(name));
      }
    }

    try (JobBook book = JobBook.open(crashed, Retention.DEFAULT, clock, log::add)) {
      assertEquals(List.of(job), book.unfinished().stream().map(JournaledJob::id).toList());
      assertEquals(JobState.PENDING, book.status(job).orElseThrow().state());
      assertTrue(book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of()));
    }
    try (JobBook book = JobBook.open(crashed, Retention.DEFAULT, clock, log::add)) {
      assertEquals(List.of(), book.unfinished());
      assertEquals(JobState.CANCELLED, book.status(job).orElseThrow().state());
    }
  }

  @Test
  void endedJobIsTheSameAfterTheNodeWasStartedAgain() throws Exception {
    JobId job;
    JobStatus before;
    List<JobSummary> listed;
    TreeLine line =
        new TreeLine(
            TestingDriver.decision(job(1)).node(),
            TestingRun.identity(9).publicKey().peerId(),
            Optional.empty(),
            0,
            TreeLine.State.FINISHED,
            4,
            4,
            0.5);
    try (JobBook book = open()) {
      job = accept(book, job(1));
      book.moved(job, JobState.COMPUTING);
      nowMillis.addAndGet(1_500);
      book.decided(job, TestingDriver.decision(job(1)));
      assertTrue(
          book.end(
              job,
              completed(book, job),
              new JobProgressNow(4, 4, 0, OptionalLong.empty()),
              List.of(line)));
      before = book.status(job).orElseThrow();
      listed = book.jobs(_ -> true);
    }

    try (JobBook book = open()) {
      assertEquals(before, book.status(job).orElseThrow());
      assertEquals(JobState.COMPLETE, before.state());
      assertEquals(BEGIN_MILLIS, before.startedMillis());
      assertEquals(BEGIN_MILLIS + 1_500, before.updatedMillis());
      assertEquals(listed, book.jobs(_ -> true));
      assertEquals(
          new JobStory(List.of(TestingDriver.decision(job(1))), List.of(line)), book.story(job));
      assertInstanceOf(
          Reservation.Known.class, book.reserve(job, job(1).signed().signer(), Priority.NORMAL));
    }
  }

  @Test
  void folderIsForTheNodesAccountAlone() throws Exception {
    try (JobBook book = open()) {
      JobId job = accept(book, job(1));

      Path place = book.folder(job).orElseThrow().folder();

      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(place)));
      assertEquals(folder.resolve("data").resolve("jobs").resolve(job.toString()), place);
    }
  }

  @Test
  void folderThatNoJobHasIsClearedAtTheStart() throws Exception {
    JobId job;
    Path stray = folder.resolve("data").resolve("jobs").resolve("0badc0de");
    try (JobBook book = open()) {
      job = accept(book, job(1));
      Files.createDirectories(stray);
      Files.write(stray.resolve("input"), new byte[3]);
    }

    try (JobBook book = open()) {
      assertFalse(Files.exists(stray));
      assertTrue(Files.exists(book.folder(job).orElseThrow().input()));
    }
  }

  @Test
  void endedJobIsForgottenWhenItsTimeIsOver() throws Exception {
    try (JobBook book = open(new Retention(Duration.ofMinutes(1), 10))) {
      JobId ended = accept(book, job(1));
      JobId running = accept(book, job(2));
      Path place = book.folder(ended).orElseThrow().folder();
      book.end(ended, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());

      nowMillis.addAndGet(60_000);
      book.tidy();
      assertTrue(book.status(ended).isPresent(), "just in time");
      nowMillis.addAndGet(1);
      book.tidy();

      assertEquals(Optional.empty(), book.status(ended));
      assertFalse(Files.exists(place));
      assertTrue(book.status(running).isPresent(), "what runs is kept");
    }
    try (JobBook book = open()) {
      assertEquals(1, book.jobs(_ -> true).size());
    }
  }

  @Test
  void endedJobIsForgottenWhenItsTimeIsOverThoughNothingHappens() throws Exception {
    tidiedEvery = Duration.ofMillis(1);
    try (JobBook book = open(journal(), new Retention(Duration.ofMinutes(1), 10))) {
      JobId job = accept(book, job(1));
      book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());

      nowMillis.addAndGet(60_001);

      while (book.status(job).isPresent()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void onlySoManyEndedJobsAreKept() throws Exception {
    try (JobBook book = open(new Retention(Duration.ofDays(1), 2))) {
      JobId first = accept(book, job(1));
      JobId second = accept(book, job(2));
      JobId third = accept(book, job(3));
      for (JobId job : List.of(first, second, third)) {
        nowMillis.addAndGet(1);
        book.end(job, new JobEnding.TimedOut(), JobProgressNow.NONE, List.of());
      }

      book.tidy();

      assertEquals(Optional.empty(), book.status(first));
      assertTrue(book.status(second).isPresent());
      assertTrue(book.status(third).isPresent());
    }
  }

  @Test
  void watcherFarBehindGetsTheLatestEvents() throws Exception {
    try (JobBook book = open()) {
      JobId job = accept(book, job(1));
      for (int i = 0; i < JobEntry.EVENTS_MAX + 5; i++) {
        book.moved(job, JobState.COMPUTING);
      }

      List<JobEvent> events = book.awaitEvents(job, 0, () -> false);

      assertEquals(5, events.getFirst().sequence());
      assertEquals(256, events.size());
      assertEquals(List.of(), eventsAfterTheEnd(book, job));
    }
  }

  private static List<JobEvent> eventsAfterTheEnd(JobBook book, JobId job) throws Exception {
    book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());
    return book.awaitEvents(job, JobEntry.EVENTS_MAX + 6, () -> false);
  }

  @Test
  void decisionsHaveALimitAndTheFirstAndTheLastAreKept() throws Exception {
    try (JobBook book = open()) {
      JobId job = accept(book, job(1));
      DecisionLine line = TestingDriver.decision(job(1));
      for (int i = 0; i < JobEntry.DECISIONS_MAX + 3; i++) {
        book.decided(job, numbered(line, i));
      }

      List<DecisionLine> kept = book.story(job).decisions();

      assertEquals(JobEntry.DECISIONS_MAX, kept.size());
      assertEquals(0, kept.getFirst().actualSeconds());
      assertEquals(JobEntry.DECISIONS_MAX + 2, kept.getLast().actualSeconds());
    }
  }

  private static DecisionLine numbered(DecisionLine line, int number) {
    return new DecisionLine(
        line.link(), line.node(), line.role(), 1, 1, 1, 1, 1, number, line.reason());
  }

  @Test
  void whoWaitsIsWokenByTheEndOrByGoing() throws Exception {
    try (JobBook book = open()) {
      JobId job = accept(book, job(1));
      AtomicBoolean gone = new AtomicBoolean();
      CountDownLatch left = new CountDownLatch(1);
      Thread waiter = waiter(() -> book.awaitEnd(job, 1_000_000, gone::get), left);
      gone.set(true);
      book.wake();
      left.await();
      waiter.join();

      CountDownLatch ended = new CountDownLatch(1);
      waiter(() -> book.awaitEnd(job, 1_000_000, () -> false), ended);
      book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());
      ended.await();
    }
  }

  @FunctionalInterface
  private interface Waiting {
    void run() throws InterruptedException;
  }

  private static Thread waiter(Waiting waiting, CountDownLatch done) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                waiting.run();
                done.countDown();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @Test
  void jobDoesNotMoveToAnEndByTheWay() throws Exception {
    try (JobBook book = open()) {
      JobId job = accept(book, job(1));

      assertThrows(IllegalArgumentException.class, () -> book.moved(job, JobState.COMPLETE));
    }
  }

  @Test
  void whatComesAfterTheEndIsNoNews() throws Exception {
    try (JobBook book = open()) {
      JobId job = accept(book, job(1));
      book.end(job, new JobEnding.Failed("x"), JobProgressNow.NONE, List.of());
      JobStatus ended = book.status(job).orElseThrow();
      nowMillis.addAndGet(5);

      book.progress(job, new JobProgressNow(9, 9, 9, OptionalLong.empty()));
      book.moved(job, JobState.COMPUTING);

      assertEquals(ended, book.status(job).orElseThrow());
    }
  }

  @Test
  void jobThatWasGivenUpLeavesRoomAndNoFolder() throws Exception {
    try (JobBook book = open()) {
      PreparedJob job = job(1);
      Reservation.Granted granted =
          (Reservation.Granted) book.reserve(job.id(), job.signed().signer(), Priority.NORMAL);

      book.giveUp(job.id());

      assertFalse(Files.exists(granted.folder().folder()));
      assertInstanceOf(
          Reservation.Granted.class,
          book.reserve(job.id(), job.signed().signer(), Priority.NORMAL));
    }
  }

  private JobBook open(Journal journal, Retention retention) throws IOException {
    return JobBook.open(
        Files.createDirectories(folder.resolve("data").resolve("jobs")),
        journal,
        retry,
        tidiedEvery,
        retention,
        clock,
        log::add);
  }

  private Journal journal() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    return Journal.open(folder.resolve("data").resolve("journal.db"));
  }

  @Test
  void endThatTheDiskDoesNotTakeIsAnEndAndIsWrittenWhenItDoes() throws Exception {
    JobId job;
    JobStatus ended;
    Journal journal = journal();
    try (JobBook book = open(journal, Retention.DEFAULT)) {
      job = accept(book, job(1));
      TestingDisk.fill(journal);

      assertTrue(book.end(job, completed(book, job), JobProgressNow.NONE, List.of()));

      ended = book.status(job).orElseThrow();
      assertEquals(JobState.COMPLETE, ended.state());
      book.awaitEnd(job, 1_000_000, () -> false);
      assertFalse(book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of()));
      assertEquals(Optional.empty(), journal.jobs().getFirst().end());
      TestingDisk.clear(journal);
      book.tidy();
      assertEquals(
          JobState.COMPLETE, journal.jobs().getFirst().end().orElseThrow().ending().state());
    }
    try (JobBook book = open()) {
      assertEquals(ended, book.status(job).orElseThrow());
    }
  }

  @Test
  void endThatTheDiskNeverTookIsTheSameInTheNextLife() throws Exception {
    JobId job;
    JobStatus ended;
    Journal journal = journal();
    try (JobBook book = open(journal, Retention.DEFAULT)) {
      job = accept(book, job(1));
      TestingDisk.fill(journal);
      book.end(job, completed(book, job), JobProgressNow.NONE, List.of());
      ended = book.status(job).orElseThrow();
    }
    assertTrue(log.peek().startsWith("the end of job " + job + " is not journaled yet: journal "));

    for (int life = 0; life < 2; life++) {
      nowMillis.addAndGet(1_000_000); // its time is over: done again it would be something else
      Journal still = journal();
      TestingDisk.fill(still);
      try (JobBook book = open(still, Retention.DEFAULT)) {
        assertEquals(List.of(), book.unfinished());
        assertEquals(List.of(job), book.ended().stream().map(JournaledJob::id).toList());
        assertEquals(ended, book.status(job).orElseThrow());
        assertFalse(book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of()));
      }
    }
    Journal room = journal();
    try (JobBook book = open(room, Retention.DEFAULT)) {
      assertEquals(JobState.COMPLETE, room.jobs().getFirst().end().orElseThrow().ending().state());
      assertEquals(ended, book.status(job).orElseThrow());
    }
    try (SpareEnds spare = SpareEnds.open(folder.resolve("data").resolve("ends"), 1)) {
      assertEquals(Map.of(), spare.ends());
    }
  }

  @Test
  void endThatTheDiskDidNotTakeIsTriedAgainWhenNobodyAsks() throws Exception {
    retry = Duration.ofMillis(1);
    Journal journal = journal();
    try (JobBook book = open(journal, Retention.DEFAULT)) {
      JobId job = accept(book, job(1));
      TestingDisk.fill(journal);
      book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());

      TestingDisk.clear(journal);

      while (journal.jobs().getFirst().end().isEmpty()) {
        Thread.onSpinWait();
      }
    }
    try (JobBook book = open()) {
      assertEquals(1, book.ended().size());
    }
  }

  @Test
  void endThatIsLateIsTriedALastTimeWhereTheBookCannotBeOpened() throws Exception {
    JobId job;
    Journal journal = journal();
    try (JobBook book = open(journal, Retention.DEFAULT)) {
      job = accept(book, job(1));
      Signed none = TestingRun.identity(1).sign(SigningDomain.MANIFEST, new byte[1]);
      journal.accept(new JournaledJob(JobId.of(none), none, none, 1, Optional.empty()));
      TestingDisk.fill(journal);
      book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());
    }
    Journal full = journal();
    TestingDisk.fill(full);
    Path jobs = folder.resolve("data").resolve("jobs");

    assertThrows(
        IOException.class,
        () ->
            JobBook.open(
                jobs, full, retry, tidiedEvery, Retention.DEFAULT, clock, _ -> makeRoom(full)));

    try (Journal room = journal()) {
      JournaledJob first =
          room.jobs().stream().filter(each -> each.id().equals(job)).findFirst().orElseThrow();
      assertEquals(JobState.CANCELLED, first.end().orElseThrow().ending().state());
    }
  }

  /** When it was said that the end is late. */
  private static void makeRoom(Journal journal) {
    try {
      TestingDisk.clear(journal);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void endsThatAreNotWrittenCountAsWhatRuns() throws Exception {
    Journal journal = journal();
    try (JobBook book = open(journal, Retention.DEFAULT)) {
      List<PreparedJob> jobs = new ArrayList<>();
      for (int i = 0; i < JobBook.LIVE_PER_SUBMITTER_MAX; i++) {
        JobDraft other =
            new TestingRun(folder)
                .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[5 + i], "bytes", 1);
        jobs.add(other.sign(TestingRun.identity(1)));
        accept(book, jobs.getLast());
      }
      TestingDisk.fill(journal);
      for (PreparedJob job : jobs) {
        book.end(job.id(), new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());
      }

      assertInstanceOf(
          Reservation.Full.class,
          book.reserve(job(1).id(), job(1).signed().signer(), Priority.NORMAL));

      TestingDisk.clear(journal);
      assertInstanceOf(
          Reservation.Granted.class,
          book.reserve(job(1).id(), job(1).signed().signer(), Priority.NORMAL));
    }
  }

  @Test
  void jobThatIsHandedInWhileItIsForgottenWaitsUntilItIs() throws Exception {
    Journal journal = journal();
    try (JobBook book = open(journal, new Retention(Duration.ofMinutes(1), 10))) {
      PreparedJob again = job(1);
      JobId job = accept(book, again);
      book.end(job, new JobEnding.Cancelled(), JobProgressNow.NONE, List.of());
      nowMillis.addAndGet(60_001);
      FutureTask<Void> tidy =
          new FutureTask<>(
              () -> {
                book.tidy();
                return null;
              });
      FutureTask<Reservation> reserve =
          new FutureTask<>(() -> book.reserve(job, again.signed().signer(), Priority.NORMAL));
      Thread tidying = new Thread(tidy);
      Thread reserving = new Thread(reserve);
      synchronized (journal) { // its row cannot be deleted meanwhile
        tidying.start();
        while (tidying.getState() != Thread.State.BLOCKED) {
          Thread.onSpinWait();
        }
        reserving.start();
        while (reserving.getState() != Thread.State.WAITING
            && reserving.getState() != Thread.State.TERMINATED) {
          Thread.onSpinWait();
        }
      }

      tidy.get();
      JobDirectory place = assertInstanceOf(Reservation.Granted.class, reserve.get()).folder();

      assertTrue(Files.exists(place.folder()), "what was handed in again is not deleted");
    }
  }
}
