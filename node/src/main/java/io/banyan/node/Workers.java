package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.CallReport;
import io.banyan.delegation.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The threads that run calls, in the order in which calls are given to them.
 *
 * <p>Called by the driver thread; reports are posted from the workers' own threads.
 */
final class Workers {
  /** The driver gives out two calls a worker; the queue would hold many times that. */
  private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();

  private final List<Worker> workers = new ArrayList<>();
  private final Consumer<Event> post;

  private record Work(long call, Supplier<CallReport> body) {}

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
    queue.add(new Work(call, body));
  }

  /** Stops {@code call} where it is; whether a report of it still comes is not said. */
  void interrupt(long call) {
    queue.removeIf(work -> work.call == call);
    workers.forEach(worker -> worker.interrupt(call));
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
    private static final long NONE = -1;

    private Thread thread = Thread.currentThread(); // its own, before it is started
    private long current = NONE; // guarded by this
    private boolean stopped; // guarded by this

    @Override
    public void run() {
      while (true) {
        try {
          Work work = queue.take();
          if (!begin(work.call)) {
            return;
          }
          CallReport report = work.body.get();
          if (!end()) {
            return;
          }
          post.accept(new Event.Executed(work.call, report));
        } catch (InterruptedException e) {
          // Only stop() interrupts a worker that is between two calls.
          return;
        }
      }
    }

    private synchronized boolean begin(long call) {
      current = call;
      return !stopped;
    }

    /** From here on no interrupt is meant for the call that ended. */
    private synchronized boolean end() {
      current = NONE;
      Thread.interrupted();
      return !stopped;
    }

    synchronized void interrupt(long call) {
      if (current == call) {
        thread.interrupt();
      }
    }

    synchronized void stop() {
      stopped = true;
      thread.interrupt();
    }
  }
}
