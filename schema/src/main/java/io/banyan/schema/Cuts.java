package io.banyan.schema;

import java.util.List;

/**
 * Where bytes are cut into units: unit k is [cut(k), cut(k + 1)), with cut(0) = 0 and cut(count) =
 * size. Cuts never decrease; two that are equal make an empty unit.
 */
public sealed interface Cuts permits UniformCuts, LineCuts, IndexCuts, PartCuts {
  /** How many units there are, 1 or more. */
  int count();

  /** The offset at which unit {@code k} begins, in bytes; 0 ≤ k ≤ {@link #count()}. */
  long cut(int k);

  /** All bytes. */
  default long size() {
    return cut(count());
  }

  /** The bytes in {@code interval}. */
  default long length(Interval interval) {
    return cut(interval.to()) - cut(interval.from());
  }

  /** Whether {@code interval} covers nothing that would have to be run. */
  default boolean isEmpty(Interval interval) {
    return length(interval) == 0;
  }

  /** The children of {@code interval} in the plan that are not empty, in order. */
  default List<Interval> children(Interval interval) {
    return interval.children().stream().filter(child -> !isEmpty(child)).toList();
  }
}
