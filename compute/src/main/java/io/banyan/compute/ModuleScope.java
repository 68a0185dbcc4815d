package io.banyan.compute;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/** What the instructions of a module may refer to. Confined to the module's rewrite. */
final class ModuleScope {
  record Global(ValueType type, boolean mutable) {}

  final List<Signature> types = new ArrayList<>();

  /** The type of each function, imported ones first. */
  final List<Signature> functions = new ArrayList<>();

  /** What the entries of each table are. */
  final List<ValueType> tables = new ArrayList<>();

  final List<Global> globals = new ArrayList<>();

  /** What each element segment holds. */
  final List<ValueType> elements = new ArrayList<>();

  /** The functions that {@code ref.func} may name: those that appear outside of bodies. */
  final BitSet declared = new BitSet();

  /** The functions that a {@code ref.func} does name. */
  final BitSet referenced = new BitSet();

  boolean hasMemory;

  /** How many data segments were announced. */
  OptionalInt dataCount = OptionalInt.empty();

  Signature type(WasmReader at, long index) throws RefusedException {
    return find(at, types, "type", index);
  }

  Signature function(WasmReader at, long index) throws RefusedException {
    return find(at, functions, "function", index);
  }

  ValueType table(WasmReader at, long index) throws RefusedException {
    return find(at, tables, "table", index);
  }

  Global global(WasmReader at, long index) throws RefusedException {
    return find(at, globals, "global", index);
  }

  ValueType elements(WasmReader at, long index) throws RefusedException {
    return find(at, elements, "element segment", index);
  }

  private static <T> T find(WasmReader at, List<T> list, String what, long index)
      throws RefusedException {
    if (index >= list.size()) {
      throw at.invalid(what + " " + index + " does not exist");
    }
    return list.get((int) index);
  }

  void requireMemory(WasmReader at) throws RefusedException {
    if (!hasMemory) {
      throw at.invalid("memory 0 does not exist");
    }
  }

  void requireData(WasmReader at, long index) throws RefusedException {
    if (dataCount.isEmpty()) {
      throw at.malformed("a data segment is named and their number is not announced");
    }
    if (index >= dataCount.getAsInt()) {
      throw at.invalid("data segment " + index + " does not exist");
    }
  }
}
