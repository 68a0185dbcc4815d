package io.banyan.delegation;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Which of the peers with credit is given the next lease. */
public enum Placement {
  /** The one that is expected to be done with it first. */
  FASTEST_FINISH("fastest-finish"),
  /** The one with the fewest leases for each of its workers. */
  LEAST_LOADED("least-loaded"),
  /** The next one in the order of peer ids: the same for the same events. */
  ROUND_ROBIN("round-robin"),
  /** One that has worked with this module before, or on these very bytes. */
  AFFINITY("affinity");

  private final String words;

  Placement(String words) {
    this.words = words;
  }

  /** As people write it. */
  public String words() {
    return words;
  }

  /**
   * The placement that people call {@code words}.
   *
   * @throws IllegalArgumentException if there is none; the sentence names those there are
   */
  public static Placement parse(String words) {
    for (Placement placement : values()) {
      if (placement.words.equals(words)) {
        return placement;
      }
    }
    String known = Arrays.stream(values()).map(Placement::words).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("'" + words + "' is none of " + known);
  }
}
