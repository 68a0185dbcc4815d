package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.CallReport;
import io.banyan.delegation.CallReport.HostFailure;
import io.banyan.delegation.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run calls, in the order in which calls are given to them.
 *
 * <p>Called by the driver thread; reports are posted from the workers' own threads.
 */
final class Workers {
  /** The driver gives out two calls a worker; the queue would hold many times that. */
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();

  private final Map<Long, Work> unfinished = new ConcurrentHashMap<>(); // queued or running
  private final List<Worker> workers = new ArrayList<>();
  private final Consumer<Event> post;

  /** A call that was given out; equal to itself alone. */
  private static final class Work {
    final long call;
    final Supplier<CallReport> body;
    volatile boolean interrupted; // by the driver; a worker may just have taken it off the queue

    Work(long call, Supplier<CallReport> body) {
      this.call = call;
      this.body = body;
    }
  }

  /**
   * Starts {@code count} threads.
   *
   * @param post takes each report; it may block the worker for as long as the driver is behind
   */
  Workers(int count, Consumer<Event> post) {
    this.post = post;
    for (int i = 0; i < count; i++) {
      Worker worker = new Worker();
      worker.thread = Sandbox.workerThread("worker-" + i, worker);
      workers.add(worker);
    }
    workers.forEach(worker -> worker.thread.start());
  }

  /** Runs {@code body}, and posts what it says, unless {@code call} is interrupted before. */
  void execute(long call, Supplier<CallReport> body) {
    Work work = new Work(call, body);
    unfinished.put(call, work);
    queue.add(work);
  }

  /** Stops {@code call} where it is; whether a report of it still comes is not said. */
  void interrupt(long call) {
    Work work = unfinished.remove(call);
    if (work == null) {
      return;
    }
    work.interrupted = true;
    queue.remove(work);
    workers.forEach(worker -> worker.interrupt(work));
  }

  /** How many have nothing to do now; from any thread. */
  int idle() {
    return (int) workers.stream().filter(Worker::isIdle).count();
  }

  /** Stops all calls and waits until every thread has ended. */
  void stop() throws InterruptedException {
    queue.clear();
    workers.forEach(Worker::stop);
    for (Worker worker : workers) {
      worker.thread.join();
    }
  }

  private final class Worker implements Runnable {
    private Thread thread = Thread.currentThread(); // its own, before it is started
    private @Nullable Work current; // guarded by this
    private boolean stopped; // guarded by this

    @Override
    public void run() {
      try {
        while (!isStopped()) {
          Work work = queue.take();
          if (begin(work)) {
            CallReport report = report(work);
            end(work);
            if (!isStopped()) {
              post.accept(new Event.Executed(work.call, report));
            }
          }
        }
      } catch (InterruptedException e) {
        // Only stop() interrupts a worker that is between two calls.
      }
    }

    private synchronized boolean isIdle() {
      return current == null;
    }

    private synchronized boolean isStopped() {
      return stopped;
    }

    private synchronized boolean begin(Work work) {
      if (stopped || work.interrupted) {
        return false;
      }
      current = work;
      return true;
    }

    /** From here on no interrupt is meant for the call that ended. */
    private synchronized void end(Work work) {
      unfinished.remove(work.call, work);
      current = null;
      Thread.interrupted();
    }

    /** A worker outlives what a call does to it: the driver waits for a report of each. */
    private CallReport report(Work work) {
      try {
        return work.body.get();
      } catch (OutOfMemoryError e) {
        return new CallReport.NoResult(HostFailure.RESOURCES, Heap.exhausted());
      } catch (Throwable e) {
        // Our bug: its trace is as loud as if it had ended the thread.
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        return new CallReport.NoResult(HostFailure.FAULT, e.toString());
      }
    }

    synchronized void interrupt(Work work) {
      if (current == work) {
        thread.interrupt();
      }
    }

    synchronized void stop() {
      stopped = true;
      thread.interrupt();
    }
  }
}
