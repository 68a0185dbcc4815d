package io.banyan.compute;

import io.banyan.schema.Digest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What loading came to, by digest of the bytes: the modules and the refusals used last. They are
 * counted apart, so that a flood of bad modules does not push out good ones. Safe for any thread;
 * guarded by itself.
 */
final class ModuleCache {
  private final Map<Digest, LoadResult.Loaded> loaded;
  private final Map<Digest, LoadResult> rejected;

  private final int countMax;
  private final long bytesMax;
  private long bytes;

  /**
   * @param countMax modules, and refusals
   * @param bytesMax what the modules hold together; one more is kept even if it holds more alone
   */
  ModuleCache(int countMax, long bytesMax) {
    this.loaded = new LinkedHashMap<>(16, 0.75f, true);
    this.rejected = bounded(countMax);
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  private static Map<Digest, LoadResult> bounded(int countMax) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Digest, LoadResult> eldest) {
        return size() > countMax;
      }
    };
  }

  synchronized Optional<LoadResult> find(Digest digest) {
    return Optional.<LoadResult>ofNullable(loaded.get(digest))
        .or(() -> Optional.ofNullable(rejected.get(digest)));
  }

  synchronized void put(Digest digest, LoadResult result) {
    switch (result) {
      case LoadResult.Loaded found -> keep(digest, found);
      case LoadResult.Rejected ignored -> rejected.put(digest, result);
    }
  }

  private void keep(Digest digest, LoadResult.Loaded found) {
    Optional.ofNullable(loaded.put(digest, found))
        .ifPresent(before -> bytes -= before.module().heldBytes());
    bytes += found.module().heldBytes();
    Iterator<LoadResult.Loaded> eldest = loaded.values().iterator();
    while (loaded.size() > 1 && (loaded.size() > countMax || bytes > bytesMax)) {
      bytes -= eldest.next().module().heldBytes();
      eldest.remove();
    }
  }
}
