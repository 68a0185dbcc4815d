package io.banyan.compute;

import io.banyan.schema.CallLimits;

/**
 * How much of this process guests may use.
 *
 * @param memoryBudgetBytes what the linear memories of all running calls may reserve, 64 KiB or
 *     more
 * @param modulesMax how many compiled modules are kept, and how many refusals are remembered, 1 or
 *     more; a compiled module of 10 KiB takes 100 KiB of metaspace and 15 KiB of heap
 */
public record SandboxOptions(long memoryBudgetBytes, int modulesMax) {
  /** Three quarters of the heap for guests, the last one for all else; 64 modules. */
  public static SandboxOptions forThisHeap() {
    return new SandboxOptions(Runtime.getRuntime().maxMemory() / 4 * 3, 64);
  }

  public SandboxOptions {
    if (memoryBudgetBytes < CallLimits.PAGE_BYTES) {
      throw new IllegalArgumentException(
          "memory budget is " + memoryBudgetBytes + " bytes, must be 65536 or more");
    }
    if (modulesMax < 1) {
      throw new IllegalArgumentException(
          "number of modules kept is " + modulesMax + ", must be 1 or more");
    }
  }
}
