package io.banyan.node;

import io.banyan.node.data.RangeSource;
import io.banyan.schema.BlobRef;
import java.util.Map;
import java.util.Optional;

/**
 * What a task is made from, as whoever works on a part of it needs it.
 *
 * @param blobs the module and the shared blobs, by their names
 * @param input what this node has of the job's input; none under the rule {@code index}, and for
 *     parts
 */
public record Material(Map<BlobRef, RangeSource> blobs, Optional<RangeSource> input) {
  /** Nothing, for a task of which nothing is lent. */
  public static final Material NONE = new Material(Map.of(), Optional.empty());

  public Material {
    blobs = Map.copyOf(blobs);
  }
}
