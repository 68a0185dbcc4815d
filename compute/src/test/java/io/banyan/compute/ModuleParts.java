package io.banyan.compute;

import io.banyan.compute.GeneratedModule.Floats;
import io.banyan.compute.GeneratedModule.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** What the functions of a generated module may refer to. Confined to one thread. */
final class ModuleParts {
  record Global(ValueType type, boolean mutable) {}

  record Table(ValueType type, int min) {}

  final Style style;
  final SplittableRandom random;
  final List<Signature> types = new ArrayList<>();

  /** The type's index of each function, imported ones first. */
  final List<Integer> functionTypes = new ArrayList<>();

  final List<Global> globals = new ArrayList<>();
  final List<Table> tables = new ArrayList<>();

  /** The type of each element segment. */
  final List<ValueType> elementTypes = new ArrayList<>();

  /** The functions that table 0 begins with. */
  final List<Integer> calledIndirectly = new ArrayList<>();

  /** The functions that a {@code ref.func} names; they must be declared outside the code. */
  final TreeSet<Integer> referenced = new TreeSet<>();

  int importCount;

  /** The functions before it may be called by any other; those that the host calls come after. */
  int plainEnd;

  int dataCount;

  /** The index of a mutable i32: how many calls may still be made upwards or through tables. */
  int callsLeft;

  ModuleParts(Style style, SplittableRandom random) {
    this.style = style;
    this.random = random;
  }

  /** The types of numbers that the style allows. */
  List<ValueType> numbers() {
    return style.floats() == Floats.NONE
        ? List.of(ValueType.I32, ValueType.I64)
        : List.of(ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64);
  }

  /** A type for a local, a param or a result: mostly a number. */
  ValueType anyType() {
    return chance(6) ? pick(List.of(ValueType.FUNCREF, ValueType.EXTERNREF)) : pick(numbers());
  }

  List<ValueType> anyTypes(int countMax) {
    List<ValueType> list = new ArrayList<>();
    for (int count = random.nextInt(countMax + 1); count > 0; count--) {
      list.add(anyType());
    }
    return list;
  }

  Signature signatureOf(int function) {
    return types.get(functionTypes.get(function));
  }

  /** The index of a type; a new one if there is none, and sometimes even then. */
  int typeIndex(Signature signature) {
    int known = types.indexOf(signature);
    if (known >= 0 && !chance(3)) {
      return known;
    }
    types.add(signature);
    return types.size() - 1;
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
