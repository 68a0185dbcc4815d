package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Named;
import io.banyan.schema.Value;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What one link entitles one peer to. What is not there is refused by name; it need not look at
 * ranges, since a source knows what it holds.
 *
 * <p>Safe for any thread.
 */
public interface Content {
  /** The blob of this name, or the ranges of it that are here. */
  Optional<RangeSource> blob(BlobRef ref) throws IOException;

  /** What the direct children of a rope came to, 2 to 16 of them. */
  Optional<List<Named>> rope(Value.Rope rope) throws IOException;

  /**
   * The entries under the link, beginning behind the first {@code skipped} ones. A cursor that is
   * not at its end when a page is full is kept for the next page, and closed when nobody comes.
   */
  Optional<EvidenceCursor> evidence(long skipped) throws IOException;
}
