package io.banyan.delegation;

import io.banyan.schema.Cuts;
import io.banyan.schema.Interval;
import io.banyan.schema.JobResult;
import io.banyan.schema.PlanNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What there is of a walk that will not be finished: the largest plan nodes that are done, in
 * order, and what is missing between and around them. Nothing is merged over a gap.
 *
 * <p>Confined to the driver thread.
 */
final class Pieces {
  /** As many as an answer lists; of more, the largest are kept, and the others are missing. */
  static final int PIECES_MAX = JobResult.Partial.PIECES_MAX;

  /** A plan node in the order of the plan: done, or missing. */
  private record Found(Footing footing, Interval interval, Optional<Place.Filled> filled) {
    PlanNode node() {
      return footing.node(interval);
    }
  }

  private final List<Found> found = new ArrayList<>();

  private Pieces() {}

  /**
   * The pieces below {@code root}.
   *
   * @param cause why there will be no more
   */
  static JobEnd.Partial of(Place root, String cause) {
    Pieces pieces = new Pieces();
    pieces.walk(root);
    return pieces.end(cause);
  }

  private void walk(Place place) {
    switch (place.activity()) {
      case Place.Filled filled ->
          found.add(new Found(place.footing, place.interval, Optional.of(filled)));
      case Place.Opened(Inner inner) -> walk(inner);
      case Place.Idle _, Place.Called _, Place.Lent _ ->
          found.add(new Found(place.footing, place.interval, Optional.empty()));
    }
  }

  private void walk(Inner inner) {
    List<Place> begun = inner.begun();
    int next = 0;
    for (Interval child : inner.children()) {
      if (next < begun.size() && begun.get(next).interval.equals(child)) {
        walk(begun.get(next));
        next++;
      } else {
        found.add(new Found(inner.footing(), child, Optional.empty()));
      }
    }
  }

  private JobEnd.Partial end(String cause) {
    Set<Found> kept =
        found.stream()
            .filter(each -> each.filled().isPresent())
            .sorted(
                Comparator.comparingLong(
                        (Found each) -> each.filled().orElseThrow().evidence().leaves())
                    .reversed())
            .limit(PIECES_MAX)
            .collect(Collectors.toSet());
    List<JobEnd.Piece> pieces = new ArrayList<>();
    List<PlanNode> missing = new ArrayList<>();
    long leaves = 0;
    long units = 0;
    for (Found each : found) {
      if (kept.contains(each)) {
        Place.Filled filled = each.filled().orElseThrow();
        pieces.add(new JobEnd.Piece(each.node(), filled.value()));
        leaves += filled.evidence().leaves();
        units += filled.units();
      } else {
        addMissing(missing, each);
      }
    }
    return new JobEnd.Partial(pieces, missing, leaves, units, cause);
  }

  /** Cells that follow each other are one gap, also where empty ones lie between them. */
  private static void addMissing(List<PlanNode> missing, Found gap) {
    if (gap.footing() instanceof Footing.Cells(Cuts cuts)
        && !missing.isEmpty()
        && missing.getLast() instanceof PlanNode.Cells(Interval before)
        && isNothing(cuts, before.to(), gap.interval().from())) {
      missing.removeLast();
      missing.add(new PlanNode.Cells(new Interval(before.from(), gap.interval().to())));
      return;
    }
    if (missing.size() < PIECES_MAX + 1) {
      missing.add(gap.node()); // under module there may be more than anybody reads
    }
  }

  private static boolean isNothing(Cuts cuts, int from, int to) {
    return from == to || cuts.isEmpty(new Interval(from, to));
  }
}
