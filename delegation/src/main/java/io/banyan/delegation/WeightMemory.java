package io.banyan.delegation;

import io.banyan.schema.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a unit of a module's leaves has cost on this node, for the modules used last. A task that is
 * lent on can so be decided before its own first leaf is done.
 *
 * <p>Confined to the driver thread.
 */
final class WeightMemory {
  /** Modules whose weight is kept: more than a node works on at a time. */
  static final int MODULES_MAX = 64;

  private final Map<Digest, Double> weights =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Double> eldest) {
          return size() > MODULES_MAX;
        }
      };

  void remember(Digest module, double weight) {
    weights.put(module, weight);
  }

  OptionalDouble recall(Digest module) {
    Double weight = weights.get(module);
    return weight == null ? OptionalDouble.empty() : OptionalDouble.of(weight);
  }
}
