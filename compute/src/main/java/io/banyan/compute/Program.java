package io.banyan.compute;

import java.util.List;

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

  /**
   * As {@link #start}, and runs {@code _initialize} where there is one; or the same by using an
   * instance again, of which the guest and the caller notice nothing.
   */
  default Guest begin(int memoryPagesMax, HostCalls host, Meter meter, boolean initializes) {
    Guest guest = start(memoryPagesMax, host, meter);
    if (initializes) {
      guest.call("_initialize");
    }
    return guest;
  }

  /** What stops its guests when their thread is interrupted, where they do not look themselves. */
  default Brake brake() {
    return new Brake();
  }

  /** What the engine has to say to the module's author, a sentence each. */
  default List<String> warnings() {
    return List.of();
  }
}
