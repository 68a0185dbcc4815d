package io.banyan.compute;

import run.endive.runtime.GlobalFactory;
import run.endive.runtime.GlobalInstance;
import run.endive.wasm.types.MutabilityType;
import run.endive.wasm.types.ValType;

/**
 * Puts the globals of an instance, which the engine makes in order, where compiled code has them:
 * in its memory. With the last of them the counting begins. Confined to its call's thread.
 */
final class FlatGlobals implements GlobalFactory {
  private final Rewritten module;
  private final FlatMemory memory;
  private final Meter meter;
  private int made;

  FlatGlobals(Rewritten module, FlatMemory memory, Meter meter) {
    this.module = module;
    this.memory = memory;
    this.meter = meter;
  }

  @Override
  public GlobalInstance create(
      long value, long highValue, ValType type, MutabilityType mutability) {
    int index = made++;
    memory.setGlobal(index, value);
    if (index == module.depthGlobal()) {
      meter.begin(memory);
    }
    // Constant expressions read this one.
    return GlobalInstance.builder()
        .valueLow(value)
        .valueHigh(highValue)
        .valType(type)
        .mutabilityType(mutability)
        .build();
  }
}
