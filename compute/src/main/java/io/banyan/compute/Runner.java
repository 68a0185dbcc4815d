package io.banyan.compute;

/** An engine. Safe for any thread; compiling may take seconds and cannot be interrupted. */
@FunctionalInterface
interface Runner {
  /**
   * @throws RefusedException if the engine does not take the module; whatever the engine itself
   *     throws while it reads or compiles comes out as this
   */
  Program compile(Rewritten module) throws RefusedException;
}
