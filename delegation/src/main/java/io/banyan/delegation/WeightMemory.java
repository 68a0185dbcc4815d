package io.banyan.delegation;

import io.banyan.schema.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the leaves of a module have cost on this node, for the modules used last. A task that is
 * lent on can so be decided before its own first leaf is done.
 *
 * <p>Confined to the driver thread.
 */
final class WeightMemory {
  /** Modules whose cost is kept: more than a node works on at a time. */
  static final int MODULES_MAX = 64;

  private final Map<Digest, LeafCost> costs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, LeafCost> eldest) {
          return size() > MODULES_MAX;
        }
      };

  void remember(Digest module, LeafCost cost) {
    costs.put(module, cost);
  }

  Optional<LeafCost> recall(Digest module) {
    return Optional.ofNullable(costs.get(module));
  }
}
