package io.banyan.delegation;

import io.banyan.schema.DecisionLine;
import io.banyan.schema.PeerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A task that is not over: its walk, its grant, what is out for it and what was decided last.
 *
 * <p>Confined to the driver thread.
 */
final class TaskState {
  /** Peers that may refuse a task on principle: as many as are known at a time. */
  static final int BARRED_MAX = PeerTable.PEERS_MAX;

  /** What a call changes in what the next one is thought to take: the last eight count. */
  private static final double CALL_NEWS = 0.125;

  final Task task;
  final TaskWalk walk;
  final Grants grants;
  final SecondGrant seconds;
  final LeaseRoom room;
  final long deadlineNanos;
  final WeightWindow window = new WeightWindow();
  private final TreeSet<Long> calls = new TreeSet<>(); // that are out
  private final Map<Long, Lent> leases = new LinkedHashMap<>(); // that may still deliver
  private final Set<PeerId> barred = new HashSet<>(); // only ever asked by name
  private Optional<Weight> weight = Optional.empty();
  private Optional<Decision> decision = Optional.empty();
  private long dueNanos; // before that nobody waits for it
  private int explained;
  private boolean starved;
  private boolean begun;
  private double lentFuel;
  private double callNanos; // of the calls made for it, the last ones above all; 0 before any

  /**
   * What leaves cost here, and who says so.
   *
   * @param isSpeedMeasured on calls made here; otherwise it is a first guess
   */
  record Weight(LeafCost cost, Decision.WeightSource source, boolean isSpeedMeasured) {}

  TaskState(Task task, long nowNanos, TaskWalk.Overtaken overtaken, Outbox outbox) {
    this.task = task;
    this.grants = new Grants(task.grant());
    this.seconds = SecondGrant.of(task);
    this.deadlineNanos = nowNanos + task.grant().timeMillis() * 1_000_000;
    this.dueNanos = nowNanos + task.dueMillis() * 1_000_000;
    this.begun = !task.known().isNothing();
    this.walk = new TaskWalk(task, grants, overtaken, outbox);
    this.room = new LeaseRoom(task, walk.total());
  }

  /** The plan takes more fuel than there is, whoever has spent it. */
  void refuseFuel() {
    walk.refuseFuel();
  }

  /**
   * How it ended, once it has: in pieces, where it failed, and the user is content with as many as
   * there are.
   */
  Optional<JobEnd> end() {
    return walk.end()
        .map(
            end ->
                cause(end)
                    .<JobEnd>flatMap(cause -> walk.pieces(cause).map(partial -> partial))
                    .orElse(end));
  }

  /** Why there is no more of it; nothing where the user wants no more, or has all. */
  private static Optional<String> cause(JobEnd end) {
    return switch (end) {
      case JobEnd.TimedOut(long millis) ->
          Optional.of("its time of " + millis + " ms was over (--timeout)");
      case JobEnd.TaskFailed failed -> Optional.of(failed.words());
      case JobEnd.PlanRefused(String reason) -> Optional.of(reason);
      case JobEnd.NodeFailed(PlannedCall call, CallReport.NoResult why) ->
          Optional.of(call.words() + ": " + why.detail());
      case JobEnd.Completed _, JobEnd.Partial _, JobEnd.Cancelled(), JobEnd.Shed() ->
          Optional.empty();
    };
  }

  boolean isOver() {
    return walk.end().isPresent();
  }

  Optional<Weight> weight() {
    return weight;
  }

  void weigh(Weight now) {
    weight = Optional.of(now);
  }

  /** What a unit costs, once it is known to cost anything. */
  Optional<Prices> prices() {
    return weight
        .map(Weight::cost)
        .filter(cost -> cost.weight() > 0)
        .map(cost -> Prices.of(task, cost));
  }

  /** Whether the task as such allows that parts of it are lent. */
  boolean mayLend() {
    return task.grant().hops() > 0 && task.tries() > 0;
  }

  boolean isManager() {
    return decision.filter(made -> made.role() == DecisionLine.Role.MANAGER).isPresent();
  }

  /** {@code made} counts from now on: whether it says something else than the one before. */
  boolean decide(Decision made) {
    boolean same =
        decision
            .filter(was -> was.role() == made.role() && was.reason() == made.reason())
            .isPresent();
    decision = Optional.of(made);
    return !same;
  }

  /** Whether one explanation more may be given of a task that may have {@code most}. */
  boolean explain(int most) {
    explained++;
    return explained <= most;
  }

  /** When all that it is a part of is thought to be done: nobody waits for it before. */
  long dueNanos() {
    return dueNanos;
  }

  /** It is thought to be all done at {@code nanos}. */
  void due(long nanos) {
    if (task.dueMillis() == 0) {
      dueNanos = nanos;
    }
  }

  /* What is out. */

  /** Whether a call of it was ever given out, or a part of it lent, in this life or before. */
  boolean hasBegun() {
    return begun;
  }

  void addCall(long call) {
    begun = true;
    calls.add(call);
  }

  void removeCall(long call) {
    calls.remove(call);
  }

  List<Long> calls() {
    return List.copyOf(calls);
  }

  int callCount() {
    return calls.size();
  }

  void add(Lent lent) {
    begun = true;
    lentFuel += lent.fuel;
    leases.put(lent.lease, lent);
    room.lent(lent.place.units);
  }

  void remove(Lent lent) {
    if (leases.remove(lent.lease) != null) {
      room.ended(lent.place.units);
    }
  }

  List<Lent> leases() {
    return new ArrayList<>(leases.values());
  }

  /** The work in all leases that were ever lent of it, in fuel. */
  double lentFuel() {
    return lentFuel;
  }

  /** What its next call is thought to take: as its last ones did, or {@code guess} before any. */
  double callNanos(double guess) {
    return callNanos == 0 ? guess : callNanos;
  }

  /** A call of it took {@code nanos}. */
  void callTook(long nanos) {
    double took = Math.max(1, nanos);
    callNanos = callNanos == 0 ? took : callNanos + CALL_NEWS * (took - callNanos);
  }

  /** {@code peer} has refused a part of it on principle, and would refuse every other one. */
  void bar(PeerId peer) {
    if (barred.size() < BARRED_MAX) {
      barred.add(peer);
    }
  }

  /** Whether {@code peer} may be offered parts of it; nobody, once too many have refused. */
  boolean allows(PeerId peer) {
    return barred.size() < BARRED_MAX && !barred.contains(peer);
  }

  /** Whether the grant did not suffice for the last lease that was wanted. */
  boolean isStarved() {
    return starved;
  }

  void starved(boolean now) {
    starved = now;
  }
}
