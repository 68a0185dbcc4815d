package io.banyan.compute;

/** What the suite runs its modules in. Confined to one thread. */
interface SpecEngine {
  /** As the summary calls it. */
  String name();

  /**
   * Checks and compiles a module.
   *
   * @throws RefusedException if it is no module, or not one of the profile's
   */
  Loaded load(byte[] wasm) throws RefusedException;

  /** A module that was taken. */
  interface Loaded {
    /** Makes an instance and runs its start function; {@link CallEndException} if that ends it. */
    Running start();
  }

  /** An instance. Values are bits as the engine has them: an i32 may be extended either way. */
  interface Running {
    /**
     * Calls an exported function and returns all its results; {@link CallEndException} if it ends
     * before.
     */
    long[] call(String export, long... args);
  }
}
