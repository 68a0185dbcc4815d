package io.banyan.delegation;

import io.banyan.schema.PeerId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of a walk can be begun: places that were given back, and inner nodes with children that were
 * never begun. This node's own workers go on at the innermost inner node, so that values are used
 * up soon; what is lent comes from the outermost, so that it is large.
 *
 * <p>Confined to the driver thread.
 */
final class Frontier {
  private final LinkedHashSet<Place> here = new LinkedHashSet<>(); // given back, not to be lent
  private final LinkedHashSet<Place> returned = new LinkedHashSet<>(); // given back
  private final LinkedHashSet<Place> doubted = new LinkedHashSet<>(); // lent, and long in coming
  private final Map<Place, PeerId> held = new LinkedHashMap<>(); // kept for who has it already
  private final Deque<Inner> begun = new ArrayDeque<>(); // by own workers, innermost last
  private final Deque<Inner> opened = new ArrayDeque<>(); // to be lent from, innermost last

  /** The next place for an own worker. */
  Optional<Place> take() {
    if (!here.isEmpty()) {
      return Optional.of(here.removeFirst());
    }
    if (!returned.isEmpty()) {
      return Optional.of(returned.removeFirst());
    }
    Optional<Place> fresh = innermost(begun).or(() -> innermost(opened)).map(Inner::take);
    return fresh.isPresent() ? fresh : takeHeld();
  }

  /** A worker that would be idle does not wait for who says that it has it already. */
  private Optional<Place> takeHeld() {
    Optional<Place> place = held.keySet().stream().filter(Place::isIdle).findFirst();
    place.ifPresent(held::remove);
    return place;
  }

  private static Optional<Inner> innermost(Deque<Inner> inners) {
    while (!inners.isEmpty()) {
      if (inners.getLast().hasUnbegun()) {
        return Optional.of(inners.getLast());
      }
      inners.removeLast();
    }
    return Optional.empty();
  }

  /** {@code place} is the first to be begun here, as soon as it can be. */
  void first(Place place) {
    here.addFirst(place);
  }

  /** {@code place} is not worked on any more. */
  void giveBack(Place place) {
    if (place.trials.left() == 0) {
      here.add(place);
    } else {
      returned.add(place);
    }
  }

  /** {@code place}, which nobody works on, can be begun, as it perhaps could before. */
  void offer(Place place) {
    if (!here.contains(place) && !returned.contains(place) && !held.containsKey(place)) {
      giveBack(place);
    }
  }

  /** {@code place} is not to be lent any more. */
  void keepHere(Place place) {
    if (returned.remove(place)) {
      here.add(place);
    }
  }

  /** {@code place} is lent, and should have been done long ago. */
  void doubt(Place place) {
    doubted.add(place);
  }

  /** Places that are doubted, oldest first; {@code most} of them. */
  List<Place> doubted(int most) {
    return doubted.stream().limit(most).toList();
  }

  /** A place that was doubted, for a worker that would be idle. */
  Optional<Place> takeDoubted() {
    return doubted.isEmpty() ? Optional.empty() : Optional.of(doubted.removeFirst());
  }

  /** {@code place} is kept for {@code peer}, which has what it comes to; it may be open here. */
  void hold(Place place, PeerId peer) {
    held.put(place, peer);
  }

  /** Places that are kept for peers. */
  Map<Place, PeerId> held() {
    return held.isEmpty() ? Map.of() : new LinkedHashMap<>(held);
  }

  /** {@code place}, if it was given back, doubted or held, is done or begun by other means. */
  void remove(Place place) {
    doubted.remove(place);
    here.remove(place);
    returned.remove(place);
    held.remove(place);
  }

  /** The children of {@code inner} are for own workers first. */
  void begin(Inner inner) {
    begun.addLast(inner);
  }

  /** The children of {@code inner} are for peers first. */
  void open(Inner inner) {
    opened.addLast(inner);
  }

  void remove(Inner inner) {
    begun.remove(inner);
    opened.remove(inner);
  }

  /** Places that were given back and may be lent again, oldest first; {@code most} of them. */
  List<Place> returned(int most) {
    return returned.stream().limit(most).toList();
  }

  /**
   * The inner nodes that were opened to be lent from and have something left, outermost first: what
   * was opened for a slow peer is too small for a fast one.
   */
  List<Inner> opened() {
    opened.removeIf(inner -> !inner.hasUnbegun());
    return opened.stream().filter(Frontier::mayLend).toList();
  }

  /** Where the next child to be lent comes from. */
  Optional<Inner> outermost() {
    Optional<Inner> inner = innermost(opened).filter(Frontier::mayLend);
    if (inner.isPresent()) {
      return inner;
    }
    while (!begun.isEmpty() && !begun.getFirst().hasUnbegun()) {
      begun.removeFirst();
    }
    return begun.stream().filter(Frontier::mayLend).findFirst();
  }

  private static boolean mayLend(Inner inner) {
    return inner.hasUnbegun() && inner.place.trials.left() > 0;
  }
}
