package io.banyan.compute;

/** A thread that guests may run on: its stack is as deep as the profile's depth limit expects. */
final class WorkerThread extends Thread {
  /**
   * 64 MiB. A guest's frames must not overflow it before the limit of the profile is reached; the
   * system commits only what is touched.
   */
  private static final long STACK_BYTES = 64L << 20;

  WorkerThread(String name, Runnable task) {
    super(null, task, name, STACK_BYTES);
    setDaemon(true);
  }
}
