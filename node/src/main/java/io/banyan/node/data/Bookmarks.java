package io.banyan.node.data;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where pages of evidence ended, so that the next page need not walk there again. The oldest is
 * closed when there are too many: who comes for it then pays with a walk from the beginning.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class Bookmarks implements AutoCloseable {
  /** As many fetches of evidence as go on at a time in a wide tree. */
  static final int CURSORS_MAX = 32;

  private record Place(Digest lease, PeerId asker, long next) {}

  private final Map<Place, EvidenceCursor> cursors = new LinkedHashMap<>();
  private boolean closed;

  /** The cursor that was left there; it is the caller's now. */
  synchronized Optional<EvidenceCursor> take(Digest lease, PeerId asker, long next) {
    return Optional.ofNullable(cursors.remove(new Place(lease, asker, next)));
  }

  /** Leaves a cursor whose next entry is number {@code next}. */
  synchronized void leave(Digest lease, PeerId asker, long next, EvidenceCursor cursor) {
    if (closed) {
      cursor.close();
      return;
    }
    EvidenceCursor twin = cursors.put(new Place(lease, asker, next), cursor);
    if (twin != null) {
      twin.close();
    }
    if (cursors.size() > CURSORS_MAX) {
      closeFirst();
    }
  }

  private void closeFirst() {
    Iterator<EvidenceCursor> all = cursors.values().iterator();
    EvidenceCursor oldest = all.next();
    all.remove();
    oldest.close();
  }

  @Override
  public synchronized void close() {
    closed = true;
    while (!cursors.isEmpty()) {
      closeFirst();
    }
  }
}
