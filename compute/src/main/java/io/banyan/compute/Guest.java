package io.banyan.compute;

/** One instance of a module: made for one call, confined to its thread. */
interface Guest {
  GuestMemory memory();

  /**
   * Calls an exported function that is known to exist, and returns its result, or 0 if it has none.
   * A trap, or an interrupt of the thread, comes out as {@link CallEndException}.
   */
  long call(String export, long... args);
}
