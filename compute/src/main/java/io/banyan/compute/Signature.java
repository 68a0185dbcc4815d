package io.banyan.compute;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The type of a function. */
record Signature(List<ValueType> params, List<ValueType> results) {
  Signature {
    params = List.copyOf(params);
    results = List.copyOf(results);
  }

  /** As people read it: "(i32, i32) -> i64". */
  @Override
  public String toString() {
    String result = results.size() == 1 ? words(results) : "(" + words(results) + ")";
    return "(" + words(params) + ") -> " + result;
  }

  private static String words(List<ValueType> types) {
    return types.stream()
        .map(type -> type.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
