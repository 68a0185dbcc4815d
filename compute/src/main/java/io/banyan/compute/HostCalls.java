package io.banyan.compute;

/** What answers a guest's imports during one call. Confined to the call's thread. */
@FunctionalInterface
interface HostCalls {
  /** Returns the result, or 0 where the import has none; may end the call. */
  long call(HostImport function, GuestMemory memory, long[] args);
}
