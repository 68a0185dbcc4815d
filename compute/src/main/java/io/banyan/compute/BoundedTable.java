package io.banyan.compute;

import io.banyan.schema.TrapKind;
import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;

/** A table of one instance, of bounded size. Confined to its call's thread. */
final class BoundedTable extends TableInstance {
  /*
   * Three things that Endive 1.0.0 does differently: growing a table writes the new size into the
   * parsed module, so that the next instance begins with it (hence the limits of our own); growing
   * by nearly 2^31 overflows; and table.copy with such a length runs over the end of an array.
   */
  private BoundedTable(Table own, int initialValue) {
    super(own, initialValue);
  }

  static BoundedTable create(Table declared, int initialValue) {
    long min = declared.limits().min();
    long max = Math.min(declared.limits().max(), ModuleLimits.TABLE_ENTRIES_MAX);
    Table own = new Table(declared.elementType(), new TableLimits(min, max), declared.initialize());
    return new BoundedTable(own, initialValue);
  }

  @Override
  public int grow(int count, int value, Instance instance) {
    if (count < 0 || count > limits().max() - size()) {
      return -1;
    }
    return super.grow(count, value, instance);
  }

  @Override
  public Instance instance(int index) {
    if (index < 0 || index >= size()) {
      throw CallEndException.trap(TrapKind.TABLE_OUT_OF_BOUNDS);
    }
    return super.instance(index);
  }
}
