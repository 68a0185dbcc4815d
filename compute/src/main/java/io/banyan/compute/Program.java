package io.banyan.compute;

/** A compiled module. Safe for any thread. */
@FunctionalInterface
interface Program {
  /**
   * Makes a fresh instance and runs its start function, on the calling thread. {@link
   * CallEndException} says if that ends the call.
   *
   * @param memoryPagesMax growing the memory beyond it fails
   * @param meter counts from the first instruction
   */
  Guest start(int memoryPagesMax, HostCalls host, Meter meter);
}
