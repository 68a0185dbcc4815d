package io.banyan.compute;

import io.banyan.schema.CallLimits;
import java.util.concurrent.Semaphore;

/**
 * The memory that guests may reserve, in pages, first come first served: a large call is not
 * overtaken for ever by small ones. Safe for any thread.
 */
final class MemoryBudget {
  private final int pages;
  private final Semaphore free;

  MemoryBudget(long bytes) {
    this.pages = (int) Math.min(Integer.MAX_VALUE, bytes / CallLimits.PAGE_BYTES);
    this.free = new Semaphore(pages, true);
  }

  int pages() {
    return pages;
  }

  int freePages() {
    return free.availablePermits();
  }

  /** What a memory of {@code memoryPages} reserves: half as much again, for exchanging arrays. */
  static int reservedPages(int memoryPages) {
    return memoryPages + (memoryPages + 1) / 2;
  }

  /** Waits until {@code count} pages, no more than there are at all, are free, and takes them. */
  Reservation reserve(int count) throws InterruptedException {
    free.acquire(count);
    return () -> free.release(count);
  }

  /** Pages that are taken until this is closed, which must happen once. */
  interface Reservation extends AutoCloseable {
    @Override
    void close();
  }
}
