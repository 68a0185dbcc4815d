package io.banyan.node;

import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.node.journal.Journal;
import io.banyan.node.journal.JournaledJob;
import io.banyan.node.journal.Retention;
import io.banyan.node.journal.SpareEnds;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import io.banyan.schema.JobSummary;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import io.banyan.schema.TreeLine;
import io.banyan.schema.WireCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The jobs that this node was handed: what the {@link Journal} knows of them for good, and what is
 * only worth knowing while they run. A job that was accepted ends exactly once: whoever comes first
 * with a terminal record has decided it.
 *
 * <p>What the journal does not take, because the disk is full, is an end all the same: it is kept
 * aside, for the next life of this node too, and written later ({@link LateEnds}).
 *
 * <p>Safe for any thread; guarded by its lock, under which nobody touches the disk.
 *
 * <p>Long, because acceptance, end, retention and waiting are decided on the same entries.
 */
public final class JobBook implements AutoCloseable {
  /** How sure every answer is, for now. */
  public static final String VERIFICATION = "integrity checked, execution not audited";

  /** Jobs that run or are being fetched: each costs a folder, and a task of the driver's. */
  public static final int LIVE_MAX = 64;

  /** A quarter of them: no submitter keeps the others out. */
  public static final int LIVE_PER_SUBMITTER_MAX = 16;

  /** When a place may be free, where nothing is known of any job. */
  static final long BUSY_RETRY_MILLIS = 5_000;

  /** Seldom enough to cost nothing, and often for what is kept for a day. */
  static final Duration TIDIED_EVERY = Duration.ofMinutes(1);

  private final Path jobsFolder;
  private final Journal journal;
  private final Retention retention;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition closing = lock.newCondition();
  private final Thread tidying; // not by the jobs that end alone: none may, on a full disk
  private boolean closed;
  private final Map<JobId, JobEntry> entries = new HashMap<>();
  private final Map<JobId, PublicKey> staging = new HashMap<>(); // being fetched, by submitter
  private final List<JournaledJob> unfinished = new ArrayList<>(); // when the book was opened
  private final List<JournaledJob> ended = new ArrayList<>(); // likewise
  private long nextNumber; // of jobs, guarded by the lock once the book is read
  private final Set<JobId> leaving = new HashSet<>(); // forgotten, but row or folder is still there

  /**
   * Held while an end is written, so that journal and memory know the same one; before the lock.
   */
  private final ReentrantLock ends = new ReentrantLock();

  /** Ends that the journal did not take. They count as live: that limits them. */
  private final LateEnds late;

  private JobBook(
      Path jobsFolder,
      Journal journal,
      LateEnds late,
      Duration tidiedEvery,
      Retention retention,
      InstantSource clock) {
    this.jobsFolder = jobsFolder;
    this.journal = journal;
    this.late = late;
    this.retention = retention;
    this.clock = clock;
    this.tidying = Thread.ofVirtual().name("tidying").unstarted(() -> tidyByTime(tidiedEvery));
  }

  /** What became of the wish to hand in a job. */
  sealed interface Reservation {
    /** It is here already. */
    record Known(Signed accepted) implements Reservation {}

    /**
     * There is no room.
     *
     * @param retryAfterMillis when there may be, as far as is known
     * @param victims jobs of lower priority that would make room, should they not have begun: the
     *     lowest first, and of equals the newest
     */
    record Full(String sentence, long retryAfterMillis, List<JobId> victims)
        implements Reservation {
      public Full {
        victims = List.copyOf(victims);
      }
    }

    /** It may be fetched into {@code folder}; {@link #accept} or {@link #giveUp} follows. */
    record Granted(JobDirectory folder) implements Reservation {}
  }

  /**
   * Opens the book of the node whose data lie in {@code data}.
   *
   * @param log takes what people may want to read, a line at a time
   * @throws IOException if another node has it open, or the disk fails
   */
  public static JobBook open(
      Path data, Retention retention, InstantSource clock, Consumer<String> log)
      throws IOException {
    Path jobsFolder = data.resolve("jobs");
    Files.createDirectories(
        jobsFolder,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Journal journal = Journal.open(data.resolve("journal.db"));
    return open(jobsFolder, journal, LateEnds.RETRY, TIDIED_EVERY, retention, clock, log);
  }

  /** As the other, with a journal that a test has at hand too; the book closes it. */
  static JobBook open(
      Path jobsFolder,
      Journal journal,
      Duration retry,
      Duration tidiedEvery,
      Retention retention,
      InstantSource clock,
      Consumer<String> log)
      throws IOException {
    try {
      SpareEnds spare = SpareEnds.open(jobsFolder.resolveSibling("ends"), LIVE_MAX);
      LateEnds late = new LateEnds(journal, spare, retry, log);
      try {
        JobBook book = new JobBook(jobsFolder, journal, late, tidiedEvery, retention, clock);
        book.read(spare.ends());
        book.tidying.start();
        return book;
      } catch (IOException | RuntimeException e) {
        late.close(); // it may be trying already
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  /** {@code spare} are ends that the journal did not take in an earlier life of this node. */
  private void read(Map<JobId, JournaledJob.End> spare) throws IOException {
    spare.forEach(late::resume);
    for (JournaledJob job : journal.jobs()) {
      JobEntry entry = new JobEntry(nextNumber++, job, manifest(job), folderOf(job.id()));
      Optional<JournaledJob.End> kept = Optional.ofNullable(spare.get(job.id()));
      Optional<JournaledJob.End> end = job.end().or(() -> kept);
      if (end.isPresent()) {
        entry.end(end.get());
        ended.add(job);
      } else {
        unfinished.add(job);
      }
      entries.put(job.id(), entry);
    }
    clearStrangers();
    tidy();
  }

  private static Manifest manifest(JournaledJob job) throws IOException {
    try {
      return WireCodec.decodeManifest(job.manifest().payload());
    } catch (MalformedMessageException e) {
      throw new IOException("the journal's manifest of job " + job.id() + ": " + e.getMessage(), e);
    }
  }

  /** Removes what a crash left of jobs that were never accepted, or are forgotten. */
  private void clearStrangers() throws IOException {
    List<Path> folders;
    try (Stream<Path> listed = Files.list(jobsFolder)) {
      folders = listed.toList();
    }
    for (Path folder : folders) {
      boolean known =
          entries.keySet().stream().anyMatch(id -> folder.endsWith(Path.of(id.toString())));
      if (!known) {
        new JobDirectory(folder).delete();
      }
    }
  }

  private JobDirectory folderOf(JobId job) {
    return new JobDirectory(jobsFolder.resolve(job.toString()));
  }

  /**
   * Makes room for a job, unless it is here; waits while somebody else is handing in the same one,
   * or while it is being forgotten.
   */
  Reservation reserve(JobId job, PublicKey submitter, Priority priority)
      throws IOException, InterruptedException {
    Reservation reservation = reserveNow(job, submitter, priority);
    if (!(reservation instanceof Reservation.Full)) {
      return reservation;
    }
    tidy(); // an end that is written at last leaves its place
    return reserveNow(job, submitter, priority);
  }

  private Reservation reserveNow(JobId job, PublicKey submitter, Priority priority)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      while (staging.containsKey(job) || leaving.contains(job)) {
        changed.await();
      }
      JobEntry known = entries.get(job);
      if (known != null) {
        return new Reservation.Known(known.accepted());
      }
      Optional<Reservation.Full> full = fullFor(submitter, priority);
      if (full.isPresent()) {
        return full.get();
      }
      staging.put(job, submitter);
    } finally {
      lock.unlock();
    }
    JobDirectory folder = folderOf(job);
    try {
      folder.create();
    } catch (IOException | RuntimeException e) {
      giveUp(job);
      throw e;
    }
    return new Reservation.Granted(folder);
  }

  private Optional<Reservation.Full> fullFor(PublicKey submitter, Priority priority) {
    List<JobEntry> live =
        entries.values().stream()
            .filter(entry -> !entry.isFinal() || late.isLate(entry.id()))
            .toList();
    List<JobEntry> own =
        live.stream().filter(entry -> entry.submitter().equals(submitter)).toList();
    long ownCount = own.size() + staging.values().stream().filter(submitter::equals).count();
    if (ownCount >= LIVE_PER_SUBMITTER_MAX) {
      return Optional.of(
          full(
              "you have "
                  + ownCount
                  + " jobs here that are not done, limit "
                  + LIVE_PER_SUBMITTER_MAX,
              own,
              priority));
    }
    int count = live.size() + staging.size();
    return count < LIVE_MAX
        ? Optional.empty()
        : Optional.of(full("this node has " + count + " jobs, limit " + LIVE_MAX, live, priority));
  }

  /** There is no room for a job of {@code priority}, because of those in {@code places}. */
  private Reservation.Full full(String sentence, List<JobEntry> places, Priority priority) {
    List<JobId> victims =
        places.stream()
            .filter(entry -> !entry.isFinal() && entry.priority().compareTo(priority) < 0)
            .sorted(
                Comparator.comparing(JobEntry::priority)
                    .thenComparing(JobEntry::number, Comparator.reverseOrder()))
            .map(JobEntry::id)
            .toList();
    long nowMillis = clock.millis();
    LongStream remaining =
        places.stream()
            .map(entry -> entry.remainingMillis(nowMillis))
            .flatMapToLong(OptionalLong::stream);
    return new Reservation.Full(sentence, RetryAfter.millis(remaining, BUSY_RETRY_MILLIS), victims);
  }

  /** The job that was to be fetched will not come. */
  void giveUp(JobId job) throws IOException {
    try {
      folderOf(job).delete();
    } finally {
      lock.lock();
      try {
        staging.remove(job);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Journals a job whose folder holds all it rests on: it will end now. */
  void accept(JournaledJob job, Manifest manifest) throws IOException {
    folderOf(job.id()).sync();
    journal.accept(job);
    lock.lock();
    try {
      entries.put(job.id(), new JobEntry(nextNumber++, job, manifest, folderOf(job.id())));
      staging.remove(job.id());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The job moved on, but is not at its end.
   *
   * @throws IllegalArgumentException if {@code state} is final
   */
  public void moved(JobId job, JobState state) {
    if (state.isFinal()) {
      throw new IllegalArgumentException("a job moves to " + state + " by its end only");
    }
    change(job, (entry, nowMillis) -> entry.moved(state, nowMillis));
  }

  /** How far a job is now; as often as it is known. */
  public void progress(JobId job, JobProgressNow progress) {
    change(job, (entry, nowMillis) -> entry.progress(progress, nowMillis));
  }

  /** Why something of a job runs where it runs. */
  public void decided(JobId job, DecisionLine line) {
    change(job, (entry, nowMillis) -> entry.decided(line, nowMillis));
  }

  /** A plan node of a job was lent, or came back. */
  public void atNode(JobId job, JobEvent.AtNode event) {
    change(job, (entry, nowMillis) -> entry.happened(event, nowMillis));
  }

  @FunctionalInterface
  private interface Change {
    void make(JobEntry entry, long nowMillis);
  }

  /** Changes a job that is not final; what comes too late is no news. */
  private void change(JobId job, Change change) {
    lock.lock();
    try {
      JobEntry entry = entries.get(job);
      if (entry != null && !entry.isFinal()) {
        change.make(entry, clock.millis());
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends a job. Where there is an answer, or pieces of one, they are in its folder, and are synced
   * first.
   *
   * @param tree as {@link JobDriver#tree} has it now
   * @return whether this was its end; if not, it had ended before, and nothing was changed
   * @throws IOException if output and receipt could not be synced; the job has not ended then
   */
  public boolean end(JobId job, JobEnding ending, JobProgressNow progress, List<TreeLine> tree)
      throws IOException {
    Optional<JobDirectory> files = folder(job);
    boolean answers = ending instanceof JobEnding.Completed || ending instanceof JobEnding.Partial;
    if (files.isPresent() && answers) {
      files.get().syncAnswer();
    }
    ends.lock();
    try {
      return endNow(job, ending, progress, tree);
    } finally {
      ends.unlock();
    }
  }

  private boolean endNow(
      JobId job, JobEnding ending, JobProgressNow progress, List<TreeLine> tree) {
    JobEntry entry;
    JobStory story;
    JournaledJob.End end;
    lock.lock();
    try {
      entry = entries.get(job);
      if (entry == null || entry.isFinal()) {
        return false;
      }
      end =
          new JournaledJob.End(
              ending,
              entry.startedMillis(),
              clock.millis(),
              progress.leavesDone(),
              progress.leavesTotal(),
              progress.fuel());
      story = new JobStory(entry.decisions(), JobStory.closed(tree));
    } finally {
      lock.unlock();
    }
    late.write(job, end);
    boolean told = told(story, entry.folder());
    lock.lock();
    try {
      entry.end(end);
      if (told) {
        entry.dropDecisions();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return true;
  }

  /**
   * Whether the story is in its file; what a full disk does not take is no reason to fail a job.
   */
  private static boolean told(JobStory story, JobDirectory folder) {
    try {
      story.write(folder.story());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Forgets jobs whose retention is over, with their folders; writes ends that are not written. It
   * is called when a job has ended and nobody waits for it, where there is no room for one, and by
   * the time.
   */
  public void tidy() throws IOException {
    late.writeAll();
    List<JobEntry> over;
    lock.lock();
    try {
      long keptFrom = clock.millis() - retention.time().toMillis();
      List<JobEntry> ended =
          entries.values().stream()
              .filter(entry -> entry.isFinal() && !late.isLate(entry.id()))
              .sorted(Comparator.comparingLong(JobEntry::updatedMillis).reversed())
              .toList();
      over =
          Stream.concat(
                  ended.stream()
                      .limit(retention.jobsMax())
                      .filter(entry -> entry.updatedMillis() < keptFrom),
                  ended.stream().skip(retention.jobsMax()))
              .toList();
      for (JobEntry entry : over) {
        entries.remove(entry.id());
        leaving.add(entry.id());
      }
    } finally {
      lock.unlock();
    }
    List<JobEntry> left = new ArrayList<>(over);
    try {
      while (!left.isEmpty()) {
        journal.forget(left.getLast().id());
        left.getLast().folder().delete();
        gone(left.removeLast(), false);
      }
    } finally {
      left.forEach(entry -> gone(entry, true)); // the next tidy() tries again
    }
  }

  private void tidyByTime(Duration every) {
    while (waited(every)) {
      try {
        tidy();
      } catch (IOException e) {
        // The next time may have more luck.
      }
    }
  }

  /** Whether it is time to look again, and the book is open. */
  private boolean waited(Duration every) {
    lock.lock();
    try {
      long left = every.toNanos();
      while (left > 0 && !closed) {
        left = closing.awaitNanos(left);
      }
      return !closed;
    } catch (InterruptedException e) {
      return false; // nobody interrupts it but the end of the process
    } finally {
      lock.unlock();
    }
  }

  private void gone(JobEntry entry, boolean kept) {
    lock.lock();
    try {
      leaving.remove(entry.id());
      if (kept) {
        entries.put(entry.id(), entry);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What the disk has left for jobs; as much as can be if it does not say. */
  long usableBytes() {
    try {
      return Files.getFileStore(jobsFolder).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Jobs that were cut off before this opening, in the order of their acceptance: they go on. */
  public List<JournaledJob> unfinished() {
    return List.copyOf(unfinished);
  }

  /** Jobs that had ended before this opening, in the order of their acceptance. */
  public List<JournaledJob> ended() {
    return List.copyOf(ended);
  }

  /** How long ended jobs are kept. */
  Retention retention() {
    return retention;
  }

  JobProgressNow progressOf(JobId job) {
    return of(job, JobEntry::progress).orElse(JobProgressNow.NONE);
  }

  Optional<JobStatus> status(JobId job) {
    return of(job, JobEntry::status);
  }

  /** Whose job it is. */
  public Optional<PublicKey> submitter(JobId job) {
    return of(job, JobEntry::submitter);
  }

  /** Where what it rests on and what it came to lies. */
  public Optional<JobDirectory> folder(JobId job) {
    return of(job, JobEntry::folder);
  }

  /** How it ended; empty while it runs, or if it is not known here. */
  public Optional<JobEnding> ending(JobId job) {
    return of(job, JobEntry::ending).flatMap(ending -> ending);
  }

  /** What happened to a job; the tree of one that runs is the driver's to tell. */
  JobStory story(JobId job) throws IOException {
    JobStory here = new JobStory(of(job, JobEntry::decisions).orElse(List.of()), List.of());
    Path file = folderOf(job).story();
    boolean told = ending(job).isPresent() && Files.exists(file);
    return told ? JobStory.read(file) : here;
  }

  /** What guests of an ended job logged; nothing where that was not kept. */
  TaskLog.Kept logs(JobId job) throws IOException {
    Path file = folderOf(job).logs();
    return Files.exists(file) ? TaskLog.Kept.read(file) : TaskLog.Kept.NOTHING;
  }

  private <T> Optional<T> of(JobId job, Function<JobEntry, T> read) {
    lock.lock();
    try {
      return Optional.ofNullable(entries.get(job)).map(read);
    } finally {
      lock.unlock();
    }
  }

  /** The jobs of those submitters that {@code visible} holds of, the newest first. */
  List<JobSummary> jobs(Predicate<PublicKey> visible) {
    lock.lock();
    try {
      return entries.values().stream()
          .filter(entry -> visible.test(entry.submitter()))
          .map(JobEntry::summary)
          .sorted(
              Comparator.comparingLong(JobSummary::createdMillis)
                  .reversed()
                  .thenComparing(summary -> summary.job().digest()))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for events of a job.
   *
   * @param sequence the first one wanted
   * @param gone looked at whenever somebody calls {@link #wake}
   * @return those that are kept, 256 at most; none if there will be no more, or nobody wants them
   */
  List<JobEvent> awaitEvents(JobId job, long sequence, BooleanSupplier gone)
      throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        JobEntry entry = entries.get(job);
        if (entry == null || gone.getAsBoolean()) {
          return List.of();
        }
        List<JobEvent> events = entry.eventsFrom(sequence, 256);
        if (!events.isEmpty() || entry.isFinal()) {
          return events;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a job is final, is forgotten, or the time is over, or {@code gone}. */
  void awaitEnd(JobId job, long timeoutMillis, BooleanSupplier gone) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    lock.lock();
    try {
      while (left > 0 && !gone.getAsBoolean()) {
        JobEntry entry = entries.get(job);
        if (entry == null || entry.isFinal()) {
          return;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has everybody who waits look whether it is still wanted. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Jobs that run go on after the next opening. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      closing.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      tidying.join(); // it may be deleting a folder, and needs the journal for it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    late.close();
  }
}
