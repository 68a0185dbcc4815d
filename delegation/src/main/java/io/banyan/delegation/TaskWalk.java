package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Limits;
import io.banyan.schema.Outcome;
import io.banyan.schema.PartCuts;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The walk of one task's plan: which call can be made next, what can be lent, and what a finished
 * call or a delivered lease makes of the whole. Leaves are begun from left to right; merges go
 * before leaves, so that values are used up as soon as they can be. Of the tree it holds only the
 * inner nodes that are begun and not done, with no more than 16 values under each. Under the rule
 * {@code module} it also holds the names of the parts of every split that is not used up: at most
 * 4096 for each of the eight splits above each call or lease that is out.
 *
 * <p>A plan node may be worked on here while a lease of it still is out, under suspicion. Whoever
 * is done first fills its place, and the others are told to stop.
 *
 * <p>Confined to the driver thread.
 */
final class TaskWalk {
  /** Plan nodes that peers say they hold, in one task: as many as 16 peers may name. */
  static final int HOLDERS_MAX = 4096;

  /** The same of one peer: one message's. Of a subtree with 16 children, few are the largest. */
  static final int HOLDERS_OF_PEER_MAX = TaskMessage.Orphan.FINISHED_MAX;

  /*
   * Longer than other files, because what lending does to a place (suspend, resume, adopt, discard)
   * changes the same counts of units and leaves, and the same frontier, that beginning and filling
   * it do. They hold together only if they are read together.
   */

  private final Task task;
  private final Claims claims;
  private final FirstCall.Source firstCalls;
  private final Grants grants;
  private final Overtaken overtaken;
  private final Outbox outbox;

  private final Frontier frontier = new Frontier();
  private final Deque<Ticket> ready = new ArrayDeque<>();
  private final Place root;
  private @Nullable JobEnd end;

  private final Map<PlanNode, PeerId> holders = new LinkedHashMap<>(); // that say they have it
  private final Units units;
  private final long total;
  private final long leavesMax; // of the plan, whoever runs them
  private long leavesPlanned; // begun here, or delivered, and not overtaken
  private long leavesDone;

  /** Told what need not be done any more, because something else came first. */
  interface Overtaken {
    /** A call that is out. */
    void call(long call);

    /** A lease that could still have delivered {@code node}. */
    void lease(long lease, PlanNode node);
  }

  TaskWalk(Task task, Grants grants, Overtaken overtaken, Outbox outbox) {
    this.task = task;
    this.claims = new Claims(task.manifest(), Plan.of(task.manifest()));
    this.firstCalls = new FirstCall.Source(task, claims);
    this.grants = grants;
    this.overtaken = overtaken;
    this.outbox = outbox;
    this.root =
        switch (task.ground()) {
          case Task.Ground.Cells(Cuts cuts) -> {
            this.leavesMax = Limits.CELLS_MAX;
            Interval interval = ((PlanNode.Cells) task.node()).interval();
            yield new Place(null, new Footing.Cells(cuts), interval, task.tries());
          }
          case Task.Ground.Part(BlobRef bytes, long parentBytes) -> {
            this.leavesMax = Limits.MODULE_LEAVES_MAX;
            Footing given = new Footing.Given((PlanNode.Part) task.node(), bytes, parentBytes);
            yield new Place(null, given, Interval.all(1), task.tries());
          }
        };
    this.total = root.units;
    this.units = new Units(total);
    begin(root);
  }

  /** The next call, if one can be made before another one is done. */
  Optional<Ticket> next() {
    while (end == null) {
      Ticket ticket = ready.poll();
      if (ticket != null) {
        return Optional.of(ticket);
      }
      Optional<Place> place = frontier.take();
      if (place.isEmpty() || !begin(place.get())) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * The next call for a worker that would be idle: of a plan node that was lent and is long in
   * coming. Whoever is done with it first fills its place.
   */
  Optional<Ticket> nextDoubted() {
    if (end != null) {
      return Optional.empty();
    }
    Optional<Place> place = frontier.takeDoubted();
    if (place.isEmpty()) {
      return Optional.empty();
    }
    units.giveBack(place.get().units);
    place.get().become(new Place.Idle());
    begin(place.get());
    return next();
  }

  /** Begins a plan node here: whether the grant allows it now. */
  private boolean begin(Place place) {
    if (!task.known().isNothing()) {
      Optional<Known.Finished> known = task.known().at(place.node());
      if (known.isPresent()) {
        return reuse(place, known.get());
      }
    }
    if (!place.isSingle()) {
      Inner inner = openInner(place);
      frontier.begin(inner);
      reuseBelow(inner);
      return true;
    }
    return switch (firstCalls.of(place)) {
      case FirstCall.Split(PlannedCall split) -> {
        enqueue(split, place);
        yield true;
      }
      case FirstCall.Leaf(PlannedCall execute) -> beginLeaf(place, execute);
      case FirstCall.TooLong(JobEnd.TaskFailed failed) -> {
        end = failed;
        yield true;
      }
    };
  }

  private static Inner openInner(Place place) {
    Inner inner = new Inner(place, place.footing, place.footing.children(place.interval));
    place.become(new Place.Opened(inner));
    return inner;
  }

  /** What is known of the children of {@code inner}, which was opened now, is not done again. */
  private void reuseBelow(Inner inner) {
    if (task.known().isNothing()) {
      return;
    }
    for (Interval child : inner.unbegun()) {
      if (end == null && task.known().at(inner.footing().node(child)).isPresent()) {
        begin(inner.takeOver(child.from()));
      }
    }
  }

  private boolean reuse(Place place, Known.Finished known) {
    Evidence evidence = known.evidence();
    if (evidence.leaves() > leavesMax - leavesPlanned) {
      refuse(leavesMax);
      return true;
    }
    return switch (grants.reuse(evidence)) {
      case YES -> {
        leavesPlanned += evidence.leaves();
        leavesDone += evidence.leaves();
        units.finish(place.units);
        outbox.add(new Command.Reuse(task.link(), place.node()));
        releaseParts(place.footing, place.interval);
        fill(place, known.value(), evidence, known.receipts(), place.units);
        yield true;
      }
      case LATER -> {
        frontier.first(place);
        yield false;
      }
      case NEVER -> {
        if (grants.hasUnspent(evidence.fuel())) {
          refuse(grants.granted().leaves());
        } else {
          refuseFuel();
        }
        yield true;
      }
    };
  }

  /** Whether something below {@code interval} is known: it is opened here, and not lent whole. */
  boolean knowsBelow(Footing footing, Interval interval) {
    return !task.known().isNothing() && task.known().hasBelow(footing.node(interval));
  }

  /** Whether {@code unit} is a part that is split before anything else. */
  boolean splits(Footing footing, int unit) {
    return firstCalls.splits(footing, unit);
  }

  private boolean beginLeaf(Place place, PlannedCall execute) {
    if (leavesPlanned == leavesMax) {
      refuse(leavesMax);
      return true;
    }
    return switch (grants.beginLeaf()) {
      case YES -> {
        leavesPlanned++;
        units.begin(place.units);
        enqueue(execute, place);
        yield true;
      }
      case LATER -> {
        frontier.first(place);
        yield false;
      }
      case NEVER -> {
        refuse(grants.granted().leaves());
        yield true;
      }
    };
  }

  /** The plan takes more fuel than there is, whoever has spent it. */
  void refuseFuel() {
    end(
        new JobEnd.PlanRefused(
            "the plan takes more fuel than the "
                + task.grant().fuel()
                + " it may take"
                + (task.atEntry() ? " (--fuel)" : "")));
  }

  private void refuse(long leaves) {
    end = new JobEnd.PlanRefused("the plan has more leaves than the " + leaves + " it may have");
  }

  private void enqueue(PlannedCall call, Place place) {
    Ticket ticket = new Ticket(call, place);
    place.become(new Place.Called(ticket));
    ready.addLast(ticket);
  }

  /** A call returned. */
  void returned(Ticket ticket, CallReport.Returned report) {
    Place place = ticket.place;
    Claim claim = claims.returned(ticket.call, report);
    switch (ticket.call.function()) {
      case EXECUTE -> {
        Step step = new Step(place.node(), claim);
        units.giveBack(place.units);
        units.finish(place.units);
        leavesDone++;
        Value value = value(report);
        Evidence evidence = Evidence.ofLeaf(claim);
        outbox.add(
            new Command.Record(
                task.link(), place.node(), List.of(step), List.of(), value, evidence));
        releaseParts(place.footing, place.interval);
        fill(place, value, evidence, List.of(), place.units);
      }
      case SPLIT -> {
        PartCuts cuts = new PartCuts(report.output());
        if (cuts.size() == 0) {
          ended(ticket, report.input(), new Outcome.BadOutput(), report.fuel());
          return;
        }
        releaseParts(place.footing, place.interval);
        splitInto(place, new Step(place.node(), claim, report.output()), cuts);
      }
      case MERGE -> {
        Inner inner = inner(place);
        inner.addStep(new Step(place.node(), claim));
        finish(inner, value(report), inner.blobs());
      }
    }
  }

  private static Value value(CallReport.Returned report) {
    return new Value.Blob(report.output().getFirst());
  }

  private static Inner inner(Place place) {
    if (place.activity() instanceof Place.Opened(Inner inner)) {
      return inner;
    }
    throw new IllegalStateException("plan node " + place.node() + " is not open");
  }

  private void splitInto(Place place, Step step, PartCuts cuts) {
    PlanNode.Part whole = (PlanNode.Part) place.node();
    Footing parts = new Footing.Parts(whole, place.units, cuts);
    Interval all = Interval.all(cuts.count());
    Inner inner = new Inner(place, parts, cuts.count() == 1 ? List.of(all) : parts.children(all));
    inner.addStep(step);
    place.become(new Place.Opened(inner));
    units.replan(place.units, cuts.size());
    frontier.begin(inner);
    reuseBelow(inner);
    List<BlobRef> empty = step.parts().stream().filter(part -> part.length() == 0).toList();
    if (!empty.isEmpty()) {
      outbox.add(new Command.Release(task.link(), empty)); // no call will ever want them
    }
  }

  /** A part that a split made is needed by its own call, or its own lease, alone. */
  private void releaseParts(Footing footing, Interval interval) {
    if (footing instanceof Footing.Parts(PlanNode.Part _, long _, PartCuts cuts)) {
      List<BlobRef> parts =
          IntStream.range(interval.from(), interval.to())
              .mapToObj(cuts::part)
              .filter(part -> part.length() > 0)
              .toList();
      outbox.add(new Command.Release(task.link(), parts));
    }
  }

  /** A call came to a bad outcome, and with it the task. */
  void ended(Ticket ticket, Digest input, Outcome outcome, long fuel) {
    PlannedCall call = ticket.call;
    end = new JobEnd.TaskFailed(call.node(), claims.ended(call, input, outcome, fuel));
  }

  private void fill(
      Place place, Value value, Evidence evidence, List<Digest> receipts, long leafUnits) {
    frontier.remove(place);
    place.become(new Place.Filled(value, evidence, receipts, leafUnits));
    overtakeLeases(place);
    Inner parent = place.parent;
    if (parent == null) {
      units.requireDone();
      end = new JobEnd.Completed(value, evidence, receipts);
      return;
    }
    if (parent.childDone()) {
      combine(parent);
    }
  }

  private void combine(Inner inner) {
    List<Value> values = inner.values();
    if (values.size() == 1) {
      finish(inner, values.getFirst(), List.of());
      return;
    }
    if (task.merges()) {
      merge(inner);
      return;
    }
    finish(inner, Value.Rope.over(values.stream().map(Value::named).toList()), List.of());
  }

  /** Whether the values are too many for one merge is known by their lengths, on every machine. */
  private void merge(Inner inner) {
    List<BlobRef> values = inner.blobs();
    PlannedCall call =
        new PlannedCall(
            task.link(), inner.node(), GuestFunction.MERGE, new InputRef.Values(values));
    if (Value.framedBytes(values) > task.manifest().limits().mergeInputBytesMax()) {
      end = claims.limitExceeded(call, Value.listDigest(values), LimitKind.MERGE);
      return;
    }
    Ticket ticket = new Ticket(call, inner.place);
    inner.merging(ticket);
    ready.addFirst(ticket);
  }

  /** What was used up is let go of when what it made is kept, and not before. */
  private void finish(Inner inner, Value value, List<BlobRef> used) {
    Evidence evidence = inner.evidence();
    outbox.add(
        new Command.Record(
            task.link(), inner.node(), inner.steps(), inner.childNodes(), value, evidence));
    if (!used.isEmpty()) {
      outbox.add(new Command.Release(task.link(), used));
    }
    fill(inner.place, value, evidence, inner.receipts(), inner.units());
  }

  private void overtakeLeases(Place place) {
    for (long lease : place.leases()) {
      place.removeLease(lease);
      overtaken.lease(lease, place.node());
    }
  }

  /* What is lent, and what comes of it. */

  /** What can be begun, or lent. */
  Frontier frontier() {
    return frontier;
  }

  /** {@code place} is too much for one peer: its children are offered instead. */
  void openToLend(Place place) {
    frontier.remove(place);
    Inner inner = openInner(place);
    frontier.open(inner);
    reuseBelow(inner);
  }

  /** {@code place} is too much for one peer, and is split here before anything else is begun. */
  void splitToLend(Place place) {
    frontier.remove(place);
    begin(place);
  }

  /** Calls that wait to be given out. */
  int readyCount() {
    return ready.size();
  }

  /** {@code place}, which is idle, is lent. */
  void lend(Place place, long lease) {
    frontier.remove(place);
    place.become(new Place.Lent(lease));
    place.addLease(lease);
    units.begin(place.units);
    holders.remove(place.node());
  }

  /** {@code place}, whose children are worked on here, is lent as a whole too. */
  void lendBeside(Place place, long lease) {
    frontier.remove(place);
    place.addLease(lease);
    holders.remove(place.node());
  }

  /** {@code place}, which is long in coming, is lent to another peer too. */
  void lendSecond(Place place, long lease) {
    frontier.remove(place);
    place.addLease(lease);
    place.lendSecond(lease);
  }

  /** {@code lease} may still deliver, but others may have its plan node too. */
  void suspend(Place place, long lease) {
    if (place.isSecond(lease)) {
      place.takeSecond();
      if (place.activity() instanceof Place.Lent) {
        frontier.doubt(place); // as before
      }
    } else if (place.isLentUnder(lease)) {
      OptionalLong second = place.takeSecond();
      if (second.isPresent()) {
        place.become(new Place.Lent(second.getAsLong()));
      } else {
        units.giveBack(place.units);
        place.become(new Place.Idle());
        frontier.remove(place);
        frontier.giveBack(place);
      }
    }
    if (place.trials.left() == 0) {
      frontier.keepHere(place);
    }
    for (Map.Entry<PlanNode, PeerId> held : List.copyOf(holders.entrySet())) {
      if (place.isIdle() || place.activity() instanceof Place.Opened) {
        if (Known.isWithin(held.getKey(), place.node())) {
          setAside(held.getKey(), held.getValue());
        }
      }
    }
  }

  /**
   * A peer says that a call of {@code failed} came to a bad outcome. Where that is a leaf of {@code
   * place}, which nobody works on, it is the first to be run here: if it is true, nothing else need
   * be.
   */
  void prove(Place place, PlanNode failed) {
    if (!(place.isIdle()
        && place.footing instanceof Footing.Cells(Cuts cuts)
        && failed instanceof PlanNode.Cells(Interval leaf)
        && leaf.count() == 1
        && place.interval.from() <= leaf.from()
        && leaf.to() <= place.interval.to()
        && !task.known().covers(failed)
        && !cuts.isEmpty(leaf))) {
      return;
    }
    frontier.remove(place);
    Place next = place;
    while (!next.isSingle()) {
      Inner inner = openInner(next);
      frontier.begin(inner);
      next = inner.takeOver(leaf.from());
      reuseBelow(inner);
    }
    frontier.first(next);
  }

  /**
   * {@code peer} says that it has what {@code nodes} come to: as soon as no other peer works on
   * one, it is kept for that peer. Parts of splits are not looked for: their bytes may be gone.
   */
  void holds(List<PlanNode> nodes, PeerId peer) {
    long ofPeer = holders.values().stream().filter(peer::equals).count();
    long room = Math.min(HOLDERS_MAX - holders.size(), HOLDERS_OF_PEER_MAX - ofPeer);
    nodes.stream().limit(Math.max(0, room)).forEach(node -> holds(node, peer));
  }

  /** {@code peer} is gone: if it comes back it says again what it holds. */
  void forgetHolder(PeerId peer) {
    holders.values().removeIf(peer::equals);
  }

  private void holds(PlanNode node, PeerId peer) {
    if (end == null
        && task.ground() instanceof Task.Ground.Cells(Cuts cuts)
        && node instanceof PlanNode.Cells(Interval interval)
        && Known.isWithin(node, task.node())
        && !node.equals(task.node())
        && !task.known().covers(node)
        && !cuts.isEmpty(interval)) {
      holders.put(node, peer);
      setAside(node, peer);
    }
  }

  /** Opens the way down to {@code node}, if no peer works on anything above it. */
  private void setAside(PlanNode node, PeerId peer) {
    int unit = ((PlanNode.Cells) node).interval().from();
    Optional<Place> next = Optional.of(root);
    while (next.isPresent() && Known.isWithin(node, next.get().node())) {
      Place place = next.get();
      if (place.node().equals(node)) {
        if (place.isIdle() || place.activity() instanceof Place.Opened) {
          frontier.remove(place);
          frontier.hold(place, peer);
        }
        return;
      }
      if (place.isIdle() && !place.isSingle()) {
        openToLend(place);
      }
      next =
          place.activity() instanceof Place.Opened(Inner inner)
              ? inner.placeOver(unit)
              : Optional.empty();
      next.filter(Place::isIdle).ifPresent(frontier::offer); // whatever comes of this
    }
  }

  /** {@code lease} is long in coming. */
  void doubt(Place place, long lease) {
    if (place.isLentUnder(lease)) {
      frontier.doubt(place);
    }
  }

  /** {@code lease} is as good as before, unless its plan node was begun again. */
  void resume(Place place, long lease) {
    if (place.isIdle()) {
      frontier.remove(place);
      place.become(new Place.Lent(lease));
      units.begin(place.units);
    }
  }

  /** Nothing will come of {@code lease}. */
  void drop(Place place, long lease) {
    suspend(place, lease);
    place.removeLease(lease);
  }

  /** {@code lease} has delivered before its place was filled. */
  void adopt(Place place, long lease, Delivery delivery) {
    place.removeLease(lease);
    long was = discard(place);
    units.replan(was, place.units);
    units.finish(place.units);
    leavesDone += delivery.evidence().leaves();
    leavesPlanned += delivery.evidence().leaves();
    if (leavesPlanned > leavesMax) {
      refuse(leavesMax);
      return;
    }
    outbox.add(new Command.Adopt(task.link(), place.node(), lease));
    fill(place, delivery.value(), delivery.evidence(), List.of(delivery.receipt()), place.units);
  }

  /** Lets go of all that was done for {@code place}: the units that were planned for it. */
  private long discard(Place place) {
    overtakeLeases(place);
    frontier.remove(place);
    return switch (place.activity()) {
      case Place.Idle() -> {
        releaseParts(place.footing, place.interval);
        yield place.units;
      }
      case Place.Lent _ -> {
        units.giveBack(place.units);
        releaseParts(place.footing, place.interval);
        yield place.units;
      }
      case Place.Called(Ticket ticket) -> {
        withdraw(ticket);
        releaseParts(place.footing, place.interval);
        if (ticket.isLeaf()) {
          units.giveBack(place.units);
          leavesPlanned--;
        }
        yield place.units;
      }
      case Place.Opened(Inner inner) -> discard(inner);
      case Place.Filled(Value value, Evidence evidence, List<Digest> _, long leafUnits) -> {
        outbox.add(new Command.Forget(task.link(), place.node(), value));
        units.undo(leafUnits);
        leavesDone -= evidence.leaves();
        leavesPlanned -= evidence.leaves();
        yield leafUnits;
      }
    };
  }

  private long discard(Inner inner) {
    frontier.remove(inner);
    inner.merge().ifPresent(this::withdraw);
    long was = 0;
    for (Place child : inner.begun()) {
      was += discard(child);
    }
    for (Interval interval : inner.unbegun()) {
      was += inner.footing().units(interval);
      releaseParts(inner.footing(), interval);
    }
    return was;
  }

  private void withdraw(Ticket ticket) {
    if (ticket.isGiven()) {
      overtaken.call(ticket.number());
    } else {
      ready.remove(ticket);
    }
  }

  /* How far it has come. */

  /** The task is over: {@code how}, unless it was over before. */
  void end(JobEnd how) {
    if (end == null) {
      end = how;
    }
  }

  /** How the task ended, once it has. */
  Optional<JobEnd> end() {
    return Optional.ofNullable(end);
  }

  /**
   * What there is of a task that failed, where the user allows for gaps and enough is done; counted
   * in leaves, and under the rule {@code module}, where nobody knows how many there are, in bytes.
   */
  Optional<JobEnd.Partial> pieces(String cause) {
    int permille = task.manifest().partialPermille();
    if (!task.atEntry() || permille == 1000 || leavesDone == 0) {
      return Optional.empty();
    }
    JobEnd.Partial partial = Pieces.of(root, cause);
    double share =
        switch (root.footing) {
          case Footing.Cells(Cuts cuts) -> (double) partial.leaves() / cells(cuts);
          case Footing.Given _, Footing.Parts _ -> (double) partial.units() / Math.max(1, total);
        };
    boolean enough = share * 1000 >= permille && !partial.pieces().isEmpty();
    return enough ? Optional.of(partial) : Optional.empty();
  }

  /** Those of the root that are not empty; the root itself is a leaf in any case. */
  private long cells(Cuts cuts) {
    long count = 0;
    for (int cell = root.interval.from(); cell < root.interval.to(); cell++) {
      count += cuts.isEmpty(new Interval(cell, cell + 1)) ? 0 : 1;
    }
    return Math.max(1, count);
  }

  JobProgress progress() {
    return new JobProgress(leavesDone, units.done(), total);
  }

  /** Bytes of the task's plan node; cells under the rule {@code index}. */
  long total() {
    return total;
  }

  /** What is neither done nor out. */
  long remaining() {
    return units.remaining();
  }
}
