package io.banyan.node;

import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import java.util.ArrayList;
import java.util.List;

/** Whose jobs a node takes. */
public sealed interface Allow {
  /** Keys named on a command line: a list that people write by hand. */
  int KEYS_MAX = 256;

  /** Everybody's. */
  record Any() implements Allow {}

  /** Those of some submitters. */
  record Keys(List<PublicKey> keys) implements Allow {
    public Keys {
      keys = List.copyOf(keys);
      if (keys.isEmpty() || keys.size() > KEYS_MAX) {
        throw new IllegalArgumentException(
            keys.size() + " keys are allowed, must be 1 to " + KEYS_MAX);
      }
    }
  }

  /** The one who runs the node, and nobody else. */
  static Allow only(PublicKey owner) {
    return new Keys(List.of(owner));
  }

  /**
   * Reads {@code any}, or keys as {@code banyan key show} prints them, with commas between.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Allow parse(String text) {
    if (text.equals("any")) {
      return new Any();
    }
    List<PublicKey> keys = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      keys.add(key(word.strip()));
    }
    return new Keys(keys);
  }

  private static PublicKey key(String word) {
    try {
      return PeerId.parse(word).key();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'" + word + "' is neither 'any' nor a key, 12D3KooW…, as 'banyan key show' prints it",
          e);
    }
  }

  default boolean allows(PublicKey submitter) {
    return switch (this) {
      case Any() -> true;
      case Keys(List<PublicKey> keys) -> keys.contains(submitter);
    };
  }

  /** As {@link #parse} reads it. */
  default String words() {
    return switch (this) {
      case Any() -> "any";
      case Keys(List<PublicKey> keys) ->
          String.join(",", keys.stream().map(PublicKey::toString).toList());
    };
  }
}
