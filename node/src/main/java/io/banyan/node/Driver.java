package io.banyan.node;

import io.banyan.delegation.Command;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Event;
import io.banyan.delegation.Loan;
import io.banyan.delegation.Task;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that decides: it owns the {@link Delegator}, tells it what has happened, and
 * performs its commands in the order of their list. It waits for nothing but events; calls are made
 * by workers, and whatever waits for peers or disks does so elsewhere.
 *
 * <p>Safe for any thread.
 */
public final class Driver {
  private final Delegator delegator;
  private final Workers workers;
  private Lending lending = NO_LENDING; // set before the thread starts
  private final EventQueue events = new EventQueue();
  private final ConcurrentLinkedQueue<Question<?>> questions = new ConcurrentLinkedQueue<>();
  private final Map<Digest, TaskFolder> folders = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile long fuelPerSecond; // by the driver thread, read by whoever tells of this node
  private volatile boolean closed; // read by whoever brings something
  private volatile @Nullable Throwable bug; // that ended the thread, set before closed

  private record Question<T>(Function<Delegator, T> question, CompletableFuture<T> answer) {
    void put(Delegator delegator) {
      try {
        answer.complete(question.apply(delegator));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e); // the bug is the asker's
      }
    }
  }

  /** What is done about leases; called by the driver thread, which it must not keep. */
  public interface Lending {
    /** Offers {@code loan} of the task in {@code folder} to its peer. */
    void lend(long lease, Loan loan, TaskFolder folder);

    void revoke(long lease, String reason);
  }

  private static final Lending NO_LENDING =
      new Lending() {
        @Override
        public void lend(long lease, Loan loan, TaskFolder folder) {
          throw new IllegalStateException("a node alone was told to lend " + loan);
        }

        @Override
        public void revoke(long lease, String reason) {
          throw new IllegalStateException("a node alone has lent lease " + lease);
        }
      };

  /** A driver that is not started; what it is told meanwhile waits. */
  public Driver(Delegator.Settings settings) {
    this.delegator = new Delegator(settings);
    this.workers = new Workers(settings.workers(), events::complete);
    this.thread = new Thread(this::run, "driver");
  }

  /** Starts the driver of a node without peers. */
  public static Driver alone(Delegator.Settings settings) {
    Driver driver = new Driver(settings);
    driver.start(NO_LENDING);
    return driver;
  }

  /** Begins to decide. */
  public void start(Lending lender) {
    lending = lender;
    thread.start();
  }

  /**
   * Begins the task in {@code folder}, whose end it will be told; waits while too many others wait
   * to be begun.
   */
  public void begin(TaskFolder folder) throws InterruptedException {
    if (folders.putIfAbsent(folder.link(), folder) != null) {
      throw new IllegalStateException("the task " + folder.link() + " is under way already");
    }
    events.request(new Event.Begun(folder.task()));
    if (closed) {
      abandon(folder);
    }
  }

  /**
   * As the other, and then tells which peers say to have something of it.
   *
   * @param elsewhere of this task
   */
  public void begin(TaskFolder folder, List<Event.PeerHolds> elsewhere)
      throws InterruptedException {
    begin(folder);
    for (Event.PeerHolds holds : elsewhere) {
      events.request(holds); // a completion would come before the task has begun
    }
  }

  /** Ends a task that was given to {@link #begin}; harmless when it is over. */
  public void cancel(Digest link) {
    TaskFolder folder = folders.get(link);
    if (folder != null) {
      folder.cancel(); // completions come first: the task may have to begin yet
      events.complete(new Event.Cancelled(link));
    }
  }

  /** Tells of a peer, or of what came of a lease. */
  public void tell(Event event) {
    events.complete(event);
  }

  /** The task that is under way under {@code link}. */
  public Optional<TaskFolder> folder(Digest link) {
    return Optional.ofNullable(folders.get(link));
  }

  /** The tasks of {@code job} that are under way. */
  public List<TaskFolder> foldersOf(JobId job) {
    return folders.values().stream().filter(folder -> folder.task().job().equals(job)).toList();
  }

  /** How many tasks are under way. */
  public int tasks() {
    return folders.size();
  }

  /** Workers that have nothing to do now. */
  public int idleWorkers() {
    return workers.idle();
  }

  /** Fuel that one worker has used up in a second of late; 0 before it was measured. */
  public long fuelPerSecond() {
    return fuelPerSecond;
  }

  /**
   * What the driver thread says to {@code question}, between two events; exceptionally when it has
   * stopped.
   */
  public <T> CompletableFuture<T> ask(Function<Delegator, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    questions.add(new Question<>(question, answer));
    events.complete(new Event.Woken());
    if (closed) {
      answer.completeExceptionally(stopped());
    }
    return answer;
  }

  private void run() {
    try {
      while (!closed) {
        long wakeNanos = delegator.wakeNanos();
        long wait =
            wakeNanos == Long.MAX_VALUE
                ? wakeNanos
                : wakeNanos - System.nanoTime(); // or it overflows
        Event event = events.poll(Math.max(0, wait)).orElseGet(Event.Woken::new);
        for (Command command : delegator.handle(event, System.nanoTime())) {
          perform(command);
        }
        settle(event);
        fuelPerSecond = delegator.fuelPerSecond();
        questions().forEach(question -> question.put(delegator));
      }
    } catch (InterruptedException e) {
      // stop() ends the wait.
    } catch (RuntimeException | Error e) {
      bug = e;
      throw e;
    } finally {
      over();
    }
  }

  private List<Question<?>> questions() {
    List<Question<?>> asked = new ArrayList<>();
    for (Question<?> next = questions.poll(); next != null; next = questions.poll()) {
      asked.add(next);
    }
    return asked;
  }

  /** What an event leaves to be done when its commands are performed. */
  private void settle(Event event) {
    switch (event) {
      case Event.Begun(Task task) -> {
        TaskFolder folder = folders.get(task.link());
        if (folder != null && folder.isCancelled()) {
          events.complete(new Event.Cancelled(task.link()));
        }
      }
      case Event.Delivered(long lease, var _) ->
          folders.values().forEach(folder -> keep(folder, kept -> kept.drop(lease)));
      case Event.Executed _,
          Event.Cancelled _,
          Event.Shed _,
          Event.Woken _,
          Event.PeerJoined _,
          Event.PeerChanged _,
          Event.PeerHeard _,
          Event.PeerLeft _,
          Event.PeerHolds _,
          Event.LeaseAccepted _,
          Event.LeaseProgressed _,
          Event.LeaseRefused _,
          Event.LeaseFailed _ -> {}
    }
  }

  /** Nothing is decided any more, and everybody who waits is told. */
  private void over() {
    closed = true;
    events.close();
    folders.values().forEach(this::abandon);
    questions().forEach(question -> question.answer.completeExceptionally(stopped()));
  }

  private void abandon(TaskFolder folder) {
    Throwable cause = bug;
    if (cause == null) {
      folder.abandoned();
    } else {
      folder.failed(cause);
    }
  }

  private IllegalStateException stopped() {
    return new IllegalStateException("the driver has stopped", bug);
  }

  private void perform(Command command) {
    switch (command) {
      case Command.Execute(long call, var planned) -> {
        TaskFolder folder = required(planned.link());
        workers.execute(call, () -> folder.make(planned));
      }
      case Command.Interrupt(long call) -> workers.interrupt(call);
      case Command.Lend(long lease, Loan loan) -> lending.lend(lease, loan, required(loan.link()));
      case Command.Revoke(long lease, String reason) -> lending.revoke(lease, reason);
      case Command.Record record -> keep(record.link(), folder -> folder.record(record));
      case Command.Adopt adopt -> keep(adopt.link(), folder -> folder.adopt(adopt));
      case Command.Reuse reuse -> keep(reuse.link(), folder -> folder.reuse(reuse));
      case Command.Forget forget -> keep(forget.link(), folder -> folder.forget(forget));
      case Command.Release release ->
          keep(release.link(), folder -> folder.release(release.blobs()));
      case Command.Explain(var decision) -> {
        TaskFolder folder = folders.get(decision.link());
        if (folder != null) {
          folder.explained(decision);
        }
      }
      case Command.Finish(Digest link, var end) -> {
        TaskFolder folder = required(link);
        folders.remove(link);
        folder.ended(end);
      }
    }
  }

  /** Something that touches the disk, on behalf of one task; its trouble is that task's alone. */
  private interface Keeping {
    void on(TaskFolder folder) throws IOException;
  }

  private void keep(Digest link, Keeping keeping) {
    keep(required(link), keeping);
  }

  private void keep(TaskFolder folder, Keeping keeping) {
    if (folder.isBroken()) {
      return; // what comes next may rest on what was not kept
    }
    try {
      keeping.on(folder);
    } catch (IOException e) {
      broke(folder, e);
    } catch (UncheckedIOException e) {
      broke(folder, Objects.requireNonNull(e.getCause(), "it always has one"));
    }
  }

  private void broke(TaskFolder folder, IOException cause) {
    folder.broke(cause);
    events.complete(new Event.Cancelled(folder.link()));
  }

  private TaskFolder required(Digest link) {
    @Nullable TaskFolder folder = folders.get(link);
    if (folder == null) {
      throw new IllegalStateException("nothing is under way under the link " + link);
    }
    return folder;
  }

  /** Stops all calls and ends the thread; the ends of all tasks are cancelled. */
  public void stop() throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join();
    workers.stop();
  }
}
