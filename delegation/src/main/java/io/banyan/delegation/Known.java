package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Limits;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What some plan nodes of a task came to before it was begun: remembered from an earlier life of
 * this node, from an earlier job of the same plan, or from a lease whose lender was lost. Of those
 * that lie one below the other only the uppermost is known.
 *
 * <p>Immutable; safe for any thread.
 */
public final class Known {
  /** A task that begins from nothing. */
  public static final Known NOTHING = of(Map.of());

  private final Map<PlanNode, Finished> finished;
  private final Map<List<Integer>, TreeMap<Integer, Interval>> places; // what is known, by path
  private final Set<List<Integer>> inhabited; // paths at or below which something is known
  private final int leases;

  /**
   * What one plan node came to, stored where the task is worked on.
   *
   * @param value neither empty nor in doubt: whoever remembers it has checked its bytes
   * @param receipts of the leases that it rests on and that still count under this task's link, in
   *     the order of the plan; whoever works on the task stands for all else himself
   * @param leases those and the ones below them, as the evidence lists them
   */
  public record Finished(Value value, Evidence evidence, List<Digest> receipts, int leases) {
    public Finished {
      receipts = List.copyOf(receipts);
      if (value instanceof Value.Empty) {
        throw new IllegalArgumentException("an empty plan node is not remembered");
      }
      if (leases < receipts.size()) {
        throw new IllegalArgumentException(
            receipts.size() + " receipts under " + leases + " leases");
      }
    }

    /** The same, and this node stands for all of it. */
    public Finished(Value value, Evidence evidence) {
      this(value, evidence, List.of(), 0);
    }
  }

  /**
   * Where a plan node lies: some units below a path. Cells lie below the empty one, and so does the
   * whole of a {@code module} plan, which is all units there can be.
   */
  private record Where(List<Integer> path, Interval units) {
    private static final Interval ALL = Interval.all(Limits.CELLS_MAX);

    static Where of(PlanNode node) {
      return switch (node) {
        case PlanNode.Cells(Interval interval) -> new Where(List.of(), interval);
        case PlanNode.Part(List<Integer> path) when path.isEmpty() -> new Where(path, ALL);
        case PlanNode.Part(List<Integer> path) -> {
          int last = path.getLast();
          yield new Where(path.subList(0, path.size() - 1), new Interval(last, last + 1));
        }
        case PlanNode.Parts(List<Integer> path, Interval interval) -> new Where(path, interval);
      };
    }
  }

  private Known(Map<PlanNode, Finished> found) {
    List<PlanNode> uppermostFirst = new ArrayList<>(found.keySet());
    uppermostFirst.sort(
        Comparator.<PlanNode>comparingInt(node -> Where.of(node).path.size())
            .thenComparing(node -> -Where.of(node).units.count()));
    finished = new LinkedHashMap<>();
    places = new HashMap<>();
    inhabited = new HashSet<>();
    int rests = 0;
    for (PlanNode node : uppermostFirst) {
      if (!covers(node)) {
        Finished what = Objects.requireNonNull(found.get(node), "a copy of its keys was sorted");
        finished.put(node, what);
        add(Where.of(node));
        rests += what.leases;
      }
    }
    leases = rests;
  }

  private void add(Where where) {
    places.computeIfAbsent(where.path, _ -> new TreeMap<>()).put(where.units.from(), where.units);
    for (int length = where.path.size(); length >= 0; length--) {
      inhabited.add(where.path.subList(0, length));
    }
  }

  /** The uppermost of {@code found}, all of one plan. */
  public static Known of(Map<PlanNode, Finished> found) {
    return new Known(found);
  }

  /** Whether it is nothing at all. */
  public boolean isNothing() {
    return finished.isEmpty();
  }

  /** What {@code node} came to, if just that is known. */
  public Optional<Finished> at(PlanNode node) {
    return Optional.ofNullable(finished.get(node));
  }

  /** All that is known. */
  public Map<PlanNode, Finished> all() {
    return new LinkedHashMap<>(finished);
  }

  /** Leases that all of it rests on. */
  public int leases() {
    return leases;
  }

  /** Whether {@code node} is {@code root}, or lies below it in the plan of both. */
  public static boolean isWithin(PlanNode node, PlanNode root) {
    Where inner = Where.of(node);
    Where outer = Where.of(root);
    int length = outer.path.size();
    if (inner.path.size() < length || !inner.path.subList(0, length).equals(outer.path)) {
      return false;
    }
    if (inner.path.size() == length) {
      return outer.units.from() <= inner.units.from() && inner.units.to() <= outer.units.to();
    }
    int unit = inner.path.get(length);
    return outer.units.from() <= unit && unit < outer.units.to();
  }

  /** Whether {@code node}, or something above it, is known. */
  public boolean covers(PlanNode node) {
    Where where = Where.of(node);
    if (covers(where.path, where.units)) {
      return true;
    }
    for (int length = where.path.size() - 1; length >= 0; length--) {
      int unit = where.path.get(length);
      if (covers(where.path.subList(0, length), new Interval(unit, unit + 1))) {
        return true;
      }
    }
    return false;
  }

  private boolean covers(List<Integer> path, Interval units) {
    TreeMap<Integer, Interval> there = places.get(path);
    if (there == null) {
      return false;
    }
    Map.Entry<Integer, Interval> before = there.floorEntry(units.from());
    return before != null && before.getValue().to() >= units.to();
  }

  /** Whether something below {@code node} is known, though not {@code node} itself. */
  public boolean hasBelow(PlanNode node) {
    if (isNothing() || covers(node)) {
      return false;
    }
    return switch (node) {
      case PlanNode.Cells(Interval interval) -> hasWithin(List.of(), interval);
      case PlanNode.Part(List<Integer> path) -> inhabited.contains(path);
      case PlanNode.Parts(List<Integer> path, Interval interval) ->
          hasWithin(path, interval) || hasDeeper(path, interval);
    };
  }

  private boolean hasWithin(List<Integer> path, Interval units) {
    TreeMap<Integer, Interval> there = places.get(path);
    if (there == null) {
      return false;
    }
    Map.Entry<Integer, Interval> next = there.ceilingEntry(units.from());
    return next != null && next.getValue().to() <= units.to();
  }

  private boolean hasDeeper(List<Integer> path, Interval units) {
    return inhabited.stream()
        .filter(deeper -> deeper.size() > path.size())
        .filter(deeper -> deeper.subList(0, path.size()).equals(path))
        .mapToInt(deeper -> deeper.get(path.size()))
        .anyMatch(unit -> units.from() <= unit && unit < units.to());
  }

  @Override
  public String toString() {
    return finished.keySet().toString();
  }
}
