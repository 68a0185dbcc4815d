package io.banyan.node;

import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;

/** What a module's user or author can do about an outcome. */
final class Remedies {
  private Remedies() {}

  /** To be said behind the outcome; nothing where nothing is known. */
  static String of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.OutOfFuel() -> ": give more by --leaf-fuel, or smaller chunks by --chunk";
      case Outcome.LimitExceeded(LimitKind limit) -> of(limit);
      case Outcome.BadOutput() ->
          ": a function must return its value as pointer << 32 | length, inside its memory";
      case Outcome.Completed(), Outcome.Trapped(var _), Outcome.Failed(String _) -> "";
    };
  }

  private static String of(LimitKind limit) {
    return switch (limit) {
      case OUTPUT -> ": give more by --leaf-output, or return shorter values";
      case MERGE -> ": give more by --memory, or return shorter values";
      case SPLIT -> ": give more by --memory, or another rule with --split";
      case DEPTH -> ": recurse less deep, or compile with -O2, which makes frames smaller";
      case LEAF -> ": give smaller chunks by --chunk";
    };
  }
}
