package io.banyan.compute;

/** One instance of a module, for one call. Confined to its thread. */
interface Guest {
  GuestMemory memory();

  /**
   * Calls an exported function that is known to exist, and returns all its results, in order, with
   * floats as their bits. A trap, or an interrupt of the thread, comes out as {@link
   * CallEndException}. Functions that take or return an externref cannot be called.
   */
  long[] results(String export, long... args);

  /** As {@link #results}, but returns the first, or 0 if there is none. */
  default long call(String export, long... args) {
    long[] results = results(export, args);
    return results.length == 0 ? 0 : results[0];
  }

  /** The call came to a value, which was taken out: this guest is not used by it again. */
  default void hasReturned() {}
}
