package io.banyan.compute;

/** One instance of a module, for one call. Confined to its thread. */
interface Guest {
  GuestMemory memory();

  /**
   * Calls an exported function that is known to exist, and returns its result, or 0 if it has none.
   * A trap, or an interrupt of the thread, comes out as {@link CallEndException}.
   */
  long call(String export, long... args);

  /** The call came to a value, which was taken out: this guest is not used by it again. */
  default void hasReturned() {}
}
