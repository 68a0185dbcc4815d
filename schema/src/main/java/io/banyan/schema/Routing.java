package io.banyan.schema;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a job's work may go, and before whose.
 *
 * @param onlyPeers the peers that may see its data, checkers included; empty means any
 * @param labels what a peer must call itself to be given work; empty means nothing
 * @param preferLocal whether near peers are preferred to faster ones
 */
public record Routing(
    Priority priority, List<PeerId> onlyPeers, List<String> labels, boolean preferLocal) {
  /** 64: a list that people write by hand. */
  public static final int PEERS_MAX = 64;

  /** 16 labels, each 1 to 64 characters of [A-Za-z0-9._=-]. */
  public static final int LABELS_MAX = 16;

  static final int LABEL_LENGTH_MAX = 64;

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._=-]{1,64}");

  public static final Routing DEFAULT = new Routing(Priority.NORMAL, List.of(), List.of(), false);

  public Routing {
    onlyPeers = List.copyOf(onlyPeers);
    labels = List.copyOf(labels);
    if (onlyPeers.size() > PEERS_MAX || labels.size() > LABELS_MAX) {
      throw new IllegalArgumentException(
          "routing by "
              + onlyPeers.size()
              + " peers and "
              + labels.size()
              + " labels, limits "
              + PEERS_MAX
              + " and "
              + LABELS_MAX);
    }
    labels.forEach(Routing::requireLabel);
  }

  /**
   * Labels as a node or a job may have them.
   *
   * @throws IllegalArgumentException if they are too many, or one has no such form
   */
  public static List<String> requireLabels(List<String> labels) {
    if (labels.size() > LABELS_MAX) {
      throw new IllegalArgumentException(labels.size() + " labels, limit " + LABELS_MAX);
    }
    labels.forEach(Routing::requireLabel);
    return List.copyOf(labels);
  }

  static String requireLabel(String label) {
    if (!LABEL.matcher(label).matches()) {
      throw new IllegalArgumentException(
          "label is not 1 to 64 characters of [A-Za-z0-9._=-]: '" + label + "'");
    }
    return label;
  }
}
