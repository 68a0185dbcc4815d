package io.banyan.compute;

import io.banyan.schema.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns bytes into modules, a few at a time, and remembers what came of it. Safe for any thread:
 * callers wait, in order, and each compilation has a thread of its own.
 */
final class ModuleCompiler implements AutoCloseable {
  /*
   * The engine's compiler cannot be interrupted. The limits of the profile keep what could hang it
   * from it; should one get through, its module is rejected when its time is over, its thread is
   * left to itself, and another may take its place. Of such threads there are few; with as many of
   * them as are allowed, their places stay taken, and modules that are not known yet are turned
   * away until one of them ends. Calls of modules that are loaded go on all the while.
   */
  static final int THREADS_MAX = 2; // so that one large module does not hold up all small ones
  static final int ABANDONED_MAX = 2; // more of them would take the machine from the calls

  /**
   * What a compilation may take, and how long a caller waits for its place: ten times the worst
   * that the limits allow on a slow machine.
   */
  static final long MILLIS_MAX = 60_000;

  private final Runner runner;
  private final ModuleCache cache;
  private final long millisMax;
  private final Semaphore places = new Semaphore(THREADS_MAX, true);
  private final Semaphore mayBeAbandoned = new Semaphore(ABANDONED_MAX);
  private final Map<Digest, Compilation> compilations = new ConcurrentHashMap<>(); // that run
  private volatile boolean closed; // read by each load

  ModuleCompiler(Runner runner, ModuleCache cache, long millisMax) {
    this.runner = runner;
    this.cache = cache;
    this.millisMax = millisMax;
  }

  /** Compiles a module unless it is known; an interrupt ends the waiting, not the compiling. */
  LoadResult load(Digest digest, byte[] wasm) throws InterruptedException {
    if (closed) {
      throw new IllegalStateException("the sandbox is closed");
    }
    if (!places.tryAcquire(millisMax, TimeUnit.MILLISECONDS)) {
      return cache.find(digest).orElseGet(() -> busy(digest));
    }
    Compilation mine = new Compilation(digest, wasm);
    Compilation first = compilations.computeIfAbsent(digest, _ -> mine);
    if (!first.equals(mine)) {
      places.release();
      return await(digest, first);
    }
    begin(mine);
    return await(digest, mine);
  }

  /** Not remembered: another time there is a place. */
  private LoadResult busy(Digest digest) {
    return new LoadResult.Rejected(
        "module %s was not compiled: for %d s no compiler was free (rule engine)"
            .formatted(digest.abbreviated(), TimeUnit.MILLISECONDS.toSeconds(millisMax)));
  }

  private void begin(Compilation compilation) {
    boolean begun = false;
    try {
      Sandbox.workerThread("sandbox-compiler", compilation.task).start();
      begun = true;
    } finally {
      if (!begun) {
        compilation.end();
      }
    }
  }

  private LoadResult await(Digest digest, Compilation compilation) throws InterruptedException {
    try {
      return compilation.task.get(millisMax, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return compilation.abandon();
    } catch (InterruptedException e) {
      compilation.abandonWithoutVerdict();
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OutOfMemoryError exhausted) {
        throw exhausted;
      }
      throw new IllegalStateException(
          "module " + digest.abbreviated() + " could not be compiled here: " + e.getCause(), e);
    }
  }

  /** Loads nothing more; what is being compiled goes on to its end, for nobody. */
  @Override
  public void close() {
    closed = true;
  }

  /** One compilation and its place, which it gives back when it ends or, earlier, is abandoned. */
  private final class Compilation {
    private final Digest digest;
    private final FutureTask<LoadResult> task;
    private boolean ended; // guarded by this, as are all below
    private boolean placeIsFree;
    private boolean rejected;

    Compilation(Digest digest, byte[] wasm) {
      this.digest = digest;
      this.task = new FutureTask<>(() -> compile(wasm));
    }

    private LoadResult compile(byte[] wasm) {
      try {
        // What ended meanwhile was remembered before it left the compilations.
        Optional<LoadResult> known = cache.find(digest);
        if (known.isPresent()) {
          return known.get();
        }
        LoadResult result = Sandbox.compile(runner, digest, wasm);
        remember(result);
        return result;
      } finally {
        end();
      }
    }

    private synchronized void remember(LoadResult result) {
      if (!rejected) {
        cache.put(digest, result);
      }
    }

    private synchronized void end() {
      ended = true;
      compilations.remove(digest);
      if (placeIsFree) {
        mayBeAbandoned.release();
      } else {
        places.release();
      }
    }

    synchronized LoadResult abandon() {
      LoadResult.Rejected verdict =
          new LoadResult.Rejected(
              "compiling takes longer than %d s (rule engine)"
                  .formatted(TimeUnit.MILLISECONDS.toSeconds(millisMax)));
      if (!ended) {
        rejected = true;
        cache.put(digest, verdict);
        leavePlace();
      }
      return cache.find(digest).orElse(verdict);
    }

    /** Its caller went away; it may still come to something for the next who asks. */
    synchronized void abandonWithoutVerdict() {
      if (!ended) {
        leavePlace();
      }
    }

    private void leavePlace() {
      if (!placeIsFree && mayBeAbandoned.tryAcquire()) {
        placeIsFree = true;
        places.release();
      }
    }
  }
}
