package io.banyan.p2p;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The virtual threads of a host, so that none of them is left when it closes. Safe for any thread.
 */
final class Workers {
  /** For all together, once they are interrupted. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /** Written once, by who closes; read by whoever starts. */
  private volatile boolean closed;

  /** Runs {@code work} on a thread of its own; false if the host is closed. */
  boolean start(String name, Runnable work) {
    Thread thread =
        Thread.ofVirtual()
            .name("banyan-p2p " + name)
            .unstarted(
                () -> {
                  try {
                    work.run();
                  } finally {
                    threads.remove(Thread.currentThread());
                  }
                });
    threads.add(thread);
    if (closed) {
      threads.remove(thread);
      return false;
    }
    thread.start();
    return true;
  }

  /** How many run. */
  int count() {
    return threads.size();
  }

  /** Interrupts all, and waits for them to end; but not for the one that calls. */
  void close() throws InterruptedException {
    closed = true;
    long deadline = System.nanoTime() + GRACE.toNanos();
    for (Thread thread : List.copyOf(threads)) {
      thread.interrupt();
    }
    for (Thread thread : List.copyOf(threads)) {
      long left = deadline - System.nanoTime();
      if (!thread.equals(Thread.currentThread()) && left > 0) {
        thread.join(Duration.ofNanos(left));
      }
    }
  }
}
