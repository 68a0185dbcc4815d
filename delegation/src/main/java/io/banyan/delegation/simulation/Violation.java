package io.banyan.delegation.simulation;

import org.jspecify.annotations.Nullable;

/** Something happened in a simulation that must never happen: a bug, of the simulated or of us. */
public final class Violation extends IllegalStateException {
  private static final long serialVersionUID = 1;

  Violation(String sentence) {
    super(sentence);
  }

  Violation(String sentence, Throwable cause) {
    super(sentence, cause);
  }

  /** {@code found}, which must be there. */
  static <T> T present(@Nullable T found, String what) {
    if (found == null) {
      throw new Violation("there is no " + what);
    }
    return found;
  }

  /** {@code holds}, or it is a violation. */
  static void unless(boolean holds, String sentence) {
    if (!holds) {
      throw new Violation(sentence);
    }
  }

  static void unless(boolean holds, Object... words) {
    if (!holds) {
      StringBuilder sentence = new StringBuilder();
      for (Object word : words) {
        sentence.append(word);
      }
      throw new Violation(sentence.toString());
    }
  }
}
