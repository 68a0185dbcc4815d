package io.banyan.schema;

/** How sure the answer must be: one word in the manifest. */
public sealed interface Verification {
  /** Integrity only: signatures, digests and proofs; nothing is run again. */
  record None() implements Verification {}

  /**
   * The entry node runs K leaves, drawn at random, again.
   *
   * @param leaves K, 1 or more
   */
  record Sample(int leaves) implements Verification {
    public Sample {
      if (leaves < 1) {
        throw new IllegalArgumentException("verification samples " + leaves + " leaves");
      }
    }
  }

  /**
   * Every leaf, merge and split is run R times, each by somebody else.
   *
   * @param copies R, 2 to 8
   */
  record Copies(int copies) implements Verification {
    public Copies {
      if (copies < 2 || copies > 8) {
        throw new IllegalArgumentException("verification by " + copies + " copies, must be 2 to 8");
      }
    }
  }

  /** Audits by standing, at the least cost. */
  record Fast() implements Verification {}

  /** Audits by standing. */
  record Standard() implements Verification {}

  /** Audits by standing, for answers that matter. */
  record Strict() implements Verification {}

  /** The level as users write it. */
  default String words() {
    return switch (this) {
      case None() -> "none";
      case Sample(int leaves) -> "sample:" + leaves;
      case Copies(int copies) -> "copies:" + copies;
      case Fast() -> "fast";
      case Standard() -> "standard";
      case Strict() -> "strict";
    };
  }

  /**
   * Reads what {@link #words()} writes.
   *
   * @throws IllegalArgumentException if it is none of the levels
   */
  static Verification parse(String words) {
    String[] halves = words.split(":", 2);
    if (halves.length == 2 && halves[1].matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(halves[1]);
      switch (halves[0]) {
        case "sample" -> {
          return new Sample(number);
        }
        case "copies" -> {
          return new Copies(number);
        }
        default -> throw unknown(words);
      }
    }
    return switch (words) {
      case "none" -> new None();
      case "fast" -> new Fast();
      case "standard" -> new Standard();
      case "strict" -> new Strict();
      default -> throw unknown(words);
    };
  }

  private static IllegalArgumentException unknown(String words) {
    return new IllegalArgumentException(
        "'" + words + "' is none of none, sample:K, copies:R, fast, standard, strict");
  }
}
