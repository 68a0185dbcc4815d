package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * What a peer has worked on before, as far as we lent it: modules that it has fetched and compiled,
 * and ranges of inputs that it may still keep something of. It may have let go of them since; then
 * it fetches them again, and nothing is lost but the advantage.
 *
 * <p>Confined to the driver thread.
 */
final class Familiar {
  /** Modules that are remembered for a peer: what its shelf holds at most. */
  static final int MODULES_MAX = 64;

  /** Ranges that are remembered for a peer, the latest ones: what it holds leases of at most. */
  static final int RANGES_MAX = 64;

  private record Range(Digest input, Interval cells) {}

  private final LinkedHashSet<Digest> modules = new LinkedHashSet<>(); // used last, last
  private final Deque<Range> ranges = new ArrayDeque<>(); // oldest first

  /** It has delivered {@code place}, and so it had {@code wares}. */
  void worked(Wares wares, Place place) {
    modules.remove(wares.module());
    modules.add(wares.module());
    if (modules.size() > MODULES_MAX) {
      modules.removeFirst();
    }
    if (place.footing instanceof Footing.Cells) {
      ranges.addLast(new Range(wares.input(), place.interval));
      if (ranges.size() > RANGES_MAX) {
        ranges.removeFirst();
      }
    }
  }

  boolean knows(Wares wares) {
    return modules.contains(wares.module());
  }

  /** Whether it has worked on a part of these cells. */
  boolean knows(Wares wares, Interval cells) {
    Iterator<Range> latest = ranges.descendingIterator();
    while (latest.hasNext()) {
      Range range = latest.next();
      if (range.input.equals(wares.input())
          && range.cells.from() < cells.to()
          && cells.from() < range.cells.to()) {
        return true;
      }
    }
    return false;
  }
}
