package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An inner node that is begun and not done, with the places of its non-empty children.
 *
 * <p>Confined to the driver thread.
 */
final class Inner {
  final Place place;
  private final Footing footing;
  private final List<Interval> children;
  private final @Nullable Place[] places; // of children that were begun
  private final List<Step> steps = new ArrayList<>(2);
  private @Nullable Ticket merge;
  private int begunCount;
  private int cursor; // no child before it is unbegun
  private int doneCount;

  Inner(Place place, Footing footing, List<Interval> children) {
    this.place = place;
    this.footing = footing;
    this.children = children;
    this.places = new Place[children.size()];
  }

  PlanNode node() {
    return place.node();
  }

  boolean hasUnbegun() {
    return begunCount < children.size();
  }

  /** The next child that was not begun; there is one. */
  Interval peek() {
    return children.get(next());
  }

  private int next() {
    while (places[cursor] != null) {
      cursor++;
    }
    return cursor;
  }

  /** What {@link #peek()} stands on. */
  Footing footing() {
    return footing;
  }

  /** The place of {@link #peek()}, which is not offered again. */
  Place take() {
    return take(next());
  }

  /** The place of the child that {@code unit} is in, which is not empty and was not begun. */
  Place takeOver(int unit) {
    for (int slot = 0; slot < children.size(); slot++) {
      if (children.get(slot).from() <= unit && unit < children.get(slot).to()) {
        return take(slot);
      }
    }
    throw new IllegalStateException("plan node " + node() + " has no child over unit " + unit);
  }

  /** The place over {@code unit}, begun or not; none where nothing is to be done. */
  Optional<Place> placeOver(int unit) {
    for (int slot = 0; slot < children.size(); slot++) {
      if (children.get(slot).from() <= unit && unit < children.get(slot).to()) {
        Place known = places[slot];
        return Optional.of(known == null ? take(slot) : known);
      }
    }
    return Optional.empty();
  }

  private Place take(int slot) {
    Place child = new Place(this, footing, children.get(slot), place.trials.left());
    places[slot] = child;
    begunCount++;
    return child;
  }

  /** One more child is done: whether all are. */
  boolean childDone() {
    doneCount++;
    return doneCount == children.size();
  }

  /** Its split before its merge. */
  void addStep(Step step) {
    steps.add(step);
  }

  List<Step> steps() {
    return steps;
  }

  void merging(Ticket ticket) {
    merge = ticket;
  }

  /** The merge that is to be made or is being made. */
  Optional<Ticket> merge() {
    return Optional.ofNullable(merge);
  }

  /** All that are not empty, in order. */
  List<Interval> children() {
    return children;
  }

  /** The children that were begun, in order. */
  List<Place> begun() {
    List<Place> begun = new ArrayList<>(begunCount);
    for (Place child : places) {
      if (child != null) {
        begun.add(child);
      }
    }
    return begun;
  }

  /** The children that were not begun, in order. */
  List<Interval> unbegun() {
    return IntStream.range(0, children.size())
        .filter(slot -> places[slot] == null)
        .mapToObj(children::get)
        .toList();
  }

  List<PlanNode> childNodes() {
    return children.stream().map(footing::node).toList();
  }

  /** What the children came to; all are done. */
  List<Value> values() {
    return begun().stream().map(child -> child.filled().value()).toList();
  }

  /** The same where the module merges: each value is one blob. */
  List<BlobRef> blobs() {
    List<BlobRef> blobs = new ArrayList<>();
    for (Value value : values()) {
      blobs.add((BlobRef) value.named());
    }
    return blobs;
  }

  Evidence evidence() {
    List<Claim> own = steps.stream().map(Step::claim).toList();
    return Evidence.ofInner(own, begun().stream().map(child -> child.filled().evidence()).toList());
  }

  /** The receipts it rests on, in the order of the plan. */
  List<Digest> receipts() {
    return begun().stream().flatMap(child -> child.filled().receipts().stream()).toList();
  }

  long units() {
    return begun().stream().mapToLong(child -> child.filled().units()).sum();
  }
}
