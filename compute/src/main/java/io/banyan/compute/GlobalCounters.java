package io.banyan.compute;

import run.endive.runtime.GlobalFactory;
import run.endive.runtime.GlobalInstance;
import run.endive.wasm.types.MutabilityType;
import run.endive.wasm.types.ValType;

/**
 * Counters that are globals of the engine. It makes all globals of an instance, in order; with the
 * last of them the counting begins. Confined to its call's thread.
 */
final class GlobalCounters implements GlobalFactory, Meter.Counters {
  private final Rewritten module;
  private final Meter meter;
  private final GlobalInstance fuel = counter(ValType.I64);
  private final GlobalInstance depth = counter(ValType.I32);
  private int made;

  GlobalCounters(Rewritten module, Meter meter) {
    this.module = module;
    this.meter = meter;
  }

  private static GlobalInstance counter(ValType type) {
    return GlobalInstance.builder().valType(type).mutabilityType(MutabilityType.Var).build();
  }

  @Override
  public GlobalInstance create(
      long value, long highValue, ValType type, MutabilityType mutability) {
    int index = made++;
    if (index == module.fuelGlobal()) {
      return fuel;
    }
    if (index == module.depthGlobal()) {
      meter.begin(this);
      return depth;
    }
    return GlobalInstance.builder()
        .valueLow(value)
        .valueHigh(highValue)
        .valType(type)
        .mutabilityType(mutability)
        .build();
  }

  @Override
  public long fuel() {
    return fuel.getValue();
  }

  @Override
  public void setFuel(long left) {
    fuel.setValue(left);
  }

  @Override
  public void setDepth(int bytes) {
    depth.setValue(bytes);
  }
}
