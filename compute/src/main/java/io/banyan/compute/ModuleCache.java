package io.banyan.compute;

import io.banyan.schema.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What loading came to, by digest of the bytes: the modules and the refusals used last. They are
 * counted apart, so that a flood of bad modules does not push out good ones. Safe for any thread;
 * guarded by itself.
 */
final class ModuleCache {
  private final Map<Digest, LoadResult> loaded;
  private final Map<Digest, LoadResult> rejected;

  ModuleCache(int countMax) {
    this.loaded = bounded(countMax);
    this.rejected = bounded(countMax);
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
    return Optional.ofNullable(loaded.get(digest))
        .or(() -> Optional.ofNullable(rejected.get(digest)));
  }

  synchronized void put(Digest digest, LoadResult result) {
    switch (result) {
      case LoadResult.Loaded ignored -> loaded.put(digest, result);
      case LoadResult.Rejected ignored -> rejected.put(digest, result);
    }
  }
}
