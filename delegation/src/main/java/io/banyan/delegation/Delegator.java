package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * Decides what this node does: which calls it makes, what it lends to whom, and when a task is
 * over. It is told events and answers with commands; it never blocks, and never throws for somebody
 * else's fault.
 *
 * <p>Tasks share workers and peers by priority and submitter, as {@link Turns} has it. A Delegator
 * that never hears of a peer runs everything here.
 *
 * <p>Long, because every event has its place here; what is decided about it has a class of its own.
 *
 * <p>Confined to the driver thread.
 */
public final class Delegator {
  /*
   * An event goes through five stages: it is taken in; alarms that are due go off; tasks for which
   * something has changed are decided anew; own workers are given calls; peers are offered leases.
   * A task that has ended is finished between two stages, and is in no later one.
   */

  /**
   * Calls that are given out at a time, for each worker: one that runs and one that waits at the
   * worker's door, so that no worker is idle while the driver thinks.
   */
  static final int CALLS_PER_WORKER = 2;

  /** Explanations of a task, beside those of its windows: peers that come and go are not news. */
  static final int EXPLANATIONS_MAX = 64;

  /** What a call is thought to take until the first of its task is done: it is put right then. */
  private static final double CALL_NANOS_GUESS = 1e8; // 100 ms: about a leaf of a rehearsed chunk

  private final Settings settings;
  private final Decider decider;
  private final Outbox outbox = new Outbox();
  private final Alarms alarms = new Alarms();
  private final PeerTable peers = new PeerTable();
  private final WeightMemory weights = new WeightMemory();
  private final OwnSpeed speed = new OwnSpeed();
  private final Leases leases;
  private final Lender lender;
  private final Turns workTurns = new Turns();
  private final Turns lendTurns = new Turns();
  private final Map<Digest, TaskState> tasks = new LinkedHashMap<>(); // in the order of their begin
  private final Map<Long, Active> active = new HashMap<>(); // only ever asked by number
  private long nextCall;
  private boolean lendingDue;
  private boolean idleDue; // own workers may have run out of work

  /**
   * What a node brings along.
   *
   * @param workers threads that run calls, 1 or more
   * @param thresholdSeconds of the ComplexityScore, 0 or more
   * @param placement which of its peers is lent to next
   * @param fuelPerSecond that one worker is thought to use up before a call here has told, more
   *     than 0
   * @param seed of what is left to chance: how long it waits before it tries again what failed
   */
  public record Settings(
      int workers, double thresholdSeconds, Placement placement, double fuelPerSecond, long seed) {
    /** Half a second: what a user does not notice is not worth a network. */
    public static final double THRESHOLD_SECONDS = 0.5;

    /**
     * The order of what compiled code comes to: word count was seen at 440 M, a search at 1 G and
     * more. It counts until the first call is done, and is never shown as if it had been measured.
     */
    public static final double FUEL_PER_SECOND_GUESS = 1e9;

    /** So many workers, and the default threshold and placement. */
    public static Settings of(int workers) {
      return new Settings(
          workers, THRESHOLD_SECONDS, Placement.FASTEST_FINISH, FUEL_PER_SECOND_GUESS);
    }

    /** Of a node that need not differ from any other in what it leaves to chance. */
    public Settings(
        int workers, double thresholdSeconds, Placement placement, double fuelPerSecond) {
      this(workers, thresholdSeconds, placement, fuelPerSecond, 0);
    }

    /** The same, with another first guess at the speed. */
    public Settings withSpeed(double guess) {
      return new Settings(workers, thresholdSeconds, placement, guess, seed);
    }

    public Settings {
      if (workers < 1) {
        throw new IllegalArgumentException(workers + " workers, must be 1 or more");
      }
      if (!(thresholdSeconds >= 0)) {
        throw new IllegalArgumentException("threshold is " + thresholdSeconds + " s");
      }
      if (!(fuelPerSecond > 0 && Double.isFinite(fuelPerSecond))) {
        throw new IllegalArgumentException("a speed of " + fuelPerSecond + " fuel a second");
      }
    }
  }

  /** A call that is out; its task's share was charged with {@code chargedNanos} for it. */
  private record Active(TaskState state, Ticket ticket, double chargedNanos) {}

  public Delegator(Settings settings) {
    this.settings = settings;
    this.decider = new Decider(settings.workers(), settings.thresholdSeconds());
    this.leases =
        new Leases(peers, alarms, outbox, new SplittableRandom(settings.seed()), lendTurns);
    this.lender = new Lender(settings, peers, leases, outbox);
  }

  /**
   * Takes in an event and says what is to be done about it, in order.
   *
   * @param nowNanos of a clock that never goes back
   */
  public List<Command> handle(Event event, long nowNanos) {
    take(event, nowNanos);
    ringAlarms(nowNanos);
    decideChanged();
    for (TaskState state : tasks.values()) {
      lendingDue |= lender.lendHeld(state, nowNanos);
    }
    giveOut();
    giveOutDoubted();
    if (idleDue) {
      idleDue = false;
      takeBack();
    }
    if (lendingDue) {
      lendingDue = false;
      lendAll(nowNanos);
      giveOut(); // a part may have to be split before it can be lent
    }
    return outbox.drain();
  }

  /**
   * When {@link Event.Woken} is due, on the clock of {@link #handle}. Long.MAX_VALUE: never;
   * compare before you subtract, since that clock may well be below 0.
   */
  public long wakeNanos() {
    return alarms.nextNanos();
  }

  /** How far a task has come; nothing once it is over. */
  public Optional<JobProgress> progress(Digest link) {
    return Optional.ofNullable(tasks.get(link)).map(state -> state.walk.progress());
  }

  /** The first of {@code links} of which nothing has begun, neither here nor at a peer. */
  public Optional<Digest> firstUnbegun(List<Digest> links) {
    return links.stream()
        .filter(link -> tasks.containsKey(link) && !tasks.get(link).hasBegun())
        .findFirst();
  }

  /** Fuel that one worker has used up in a second of late, by calls made here; 0 before any. */
  public long fuelPerSecond() {
    return Math.round(speed.fuelPerSecond().orElse(0));
  }

  /** Fuel that a peer has used up in a second, by what it has delivered here; 0 before anything. */
  public long fuelPerSecond(PeerId peer) {
    return peers.find(peer).map(known -> Math.round(known.fuelPerSecond())).orElse(0L);
  }

  private void take(Event event, long nowNanos) {
    switch (event) {
      case Event.Begun(Task task) -> begun(task, nowNanos);
      case Event.Executed(long call, CallReport report) -> executed(call, report);
      case Event.Cancelled(Digest link) -> cancelled(link);
      case Event.Shed(Digest link) -> shed(link);
      case Event.Woken() -> {} // time is looked at after every event
      case Event.PeerJoined joined -> joined(joined, nowNanos);
      case Event.PeerChanged(PeerId id, PeerProfile profile) -> changed(id, profile);
      case Event.PeerHeard(PeerId id, int freeWorkers) -> heard(id, freeWorkers, nowNanos);
      case Event.PeerLeft(PeerId id) -> left(id, nowNanos);
      case Event.PeerHolds(Digest link, PeerId id, List<PlanNode> nodes) -> holds(link, id, nodes);
      case Event.LeaseAccepted(long lease) -> leases.accepted(lease);
      case Event.LeaseProgressed(long lease, long leavesDone) ->
          leases.progressed(lease, leavesDone, nowNanos);
      case Event.LeaseRefused refused -> leases.refused(refused, nowNanos);
      case Event.Delivered(long lease, Delivery delivery) ->
          leases.delivered(lease, delivery, nowNanos);
      case Event.LeaseFailed(long lease, LeaseFailure failure) ->
          leases.failed(lease, failure, nowNanos);
    }
  }

  /* Tasks. */

  private void begun(Task task, long nowNanos) {
    if (tasks.containsKey(task.link())) {
      return; // beginning twice is harmless
    }
    TaskState state = new TaskState(task, nowNanos, overtaken(), outbox);
    tasks.put(task.link(), state);
    workTurns.begin(state);
    lendTurns.begin(state);
    alarms.set(new Alarms.TaskTime(task.link()), state.deadlineNanos);
    firstWeight(task).ifPresent(state::weigh);
    if (state.weight().isPresent()) {
      decide(state, true);
    }
    finishIfOver(state);
  }

  /**
   * What is known of a task before its first leaf is done here. At the entry node that is the
   * manifest's estimate, made on this very input; a part of a task that is held was mostly measured
   * here on others.
   */
  private Optional<TaskState.Weight> firstWeight(Task task) {
    Manifest manifest = task.manifest();
    Optional<LeafCost> earlier = weights.recall(manifest.module().digest());
    if (earlier.isPresent() && !task.atEntry()) {
      return earlier.map(
          cost -> new TaskState.Weight(cost, Decision.WeightSource.EARLIER_TASKS, true));
    }
    if (manifest.operationWeight() == 0) {
      return Optional.empty();
    }
    // A unit never takes more than a call may; so no estimate is beyond reason.
    double estimate = Math.min(manifest.operationWeight(), (double) manifest.limits().fuel());
    OptionalDouble measured =
        earlier.isPresent()
            ? OptionalDouble.of(earlier.get().fuelPerSecond())
            : speed.fuelPerSecond();
    LeafCost cost = new LeafCost(estimate, measured.orElse(settings.fuelPerSecond()));
    return Optional.of(
        new TaskState.Weight(cost, Decision.WeightSource.ESTIMATE, measured.isPresent()));
  }

  private TaskWalk.Overtaken overtaken() {
    return new TaskWalk.Overtaken() {
      @Override
      public void call(long call) {
        Active lost = active.remove(call);
        if (lost != null) {
          lost.state.removeCall(call);
          outbox.add(new Command.Interrupt(call));
        }
      }

      @Override
      public void lease(long lease, PlanNode node) {
        leases.overtaken(lease, node);
      }
    };
  }

  private void executed(long call, CallReport report) {
    Active done = active.remove(call);
    if (done == null) {
      return; // it was interrupted, and this is its echo
    }
    TaskState state = done.state;
    state.removeCall(call);
    settleTurn(done, report);
    idleDue = true;
    switch (report) {
      case CallReport.Returned returned -> {
        speed.add(returned.fuel(), returned.nanos());
        weighByLeaf(state, done.ticket, returned);
        if (spend(state, returned.fuel())) {
          state.walk.returned(done.ticket, returned);
          lendingDue |= state.isManager() && done.ticket.isSplit();
        }
      }
      case CallReport.Ended ended -> {
        if (spend(state, ended.fuel())) {
          state.walk.ended(done.ticket, ended.input(), ended.outcome(), ended.fuel());
        }
      }
      case CallReport.NoResult noResult ->
          state.walk.end(new JobEnd.NodeFailed(done.ticket.call, noResult));
    }
    finishIfOver(state);
  }

  /** A share is charged with the time that calls took, and not with how many they were. */
  private void settleTurn(Active done, CallReport report) {
    long nanos =
        switch (report) {
          case CallReport.Returned returned -> returned.nanos();
          case CallReport.Ended ended -> ended.nanos();
          case CallReport.NoResult _ -> 0; // it is the task's last
        };
    if (nanos > 0) {
      done.state.callTook(nanos);
      workTurns.correct(done.state, nanos - done.chargedNanos);
    }
  }

  private static boolean spend(TaskState state, long fuel) {
    if (state.grants.spendFuel(fuel)) {
      return true;
    }
    state.refuseFuel();
    return false;
  }

  /** What leaves that finish have cost tells what the rest will cost. */
  private void weighByLeaf(TaskState state, Ticket ticket, CallReport.Returned leaf) {
    if (!ticket.isLeaf() || ticket.place.units == 0 || leaf.fuel() == 0) {
      return;
    }
    state.window.add(ticket.place.units, leaf.fuel(), leaf.nanos());
    if (state.window.isFull(Math.min(Prices.leafUnits(state.task), (double) state.walk.total()))) {
      LeafCost cost = state.window.costThenNext();
      weights.remember(state.task.manifest().module().digest(), cost);
      state.weigh(new TaskState.Weight(cost, Decision.WeightSource.FINISHED_LEAVES, true));
      decide(state, true);
    }
  }

  private void cancelled(Digest link) {
    TaskState state = tasks.get(link);
    if (state != null) {
      state.walk.end(new JobEnd.Cancelled());
      finishIfOver(state);
    }
  }

  private void shed(Digest link) {
    TaskState state = tasks.get(link);
    if (state != null && !state.hasBegun()) {
      state.walk.end(new JobEnd.Shed());
      finishIfOver(state);
    }
  }

  private void finishIfOver(TaskState state) {
    if (!state.isOver() || tasks.remove(state.task.link()) == null) {
      return; // the first end counts
    }
    JobEnd end = state.end().orElseThrow();
    for (long call : state.calls()) {
      active.remove(call);
      outbox.add(new Command.Interrupt(call));
    }
    leases.endAll(state);
    workTurns.end(state);
    lendTurns.end(state);
    state.grants.requireNothingReserved();
    alarms.clear(new Alarms.TaskTime(state.task.link()));
    alarms.clear(new Alarms.LendAgain(state.task.link()));
    lendingDue = true; // peers have credit again
    outbox.add(new Command.Finish(state.task.link(), end));
  }

  /* Peers. */

  private void joined(Event.PeerJoined joined, long nowNanos) {
    PeerId id = joined.peer();
    Optional<Peer> peer = peers.join(id, joined.profile(), nowNanos);
    if (peer.isPresent()) {
      leases.resume(peer.get(), nowNanos);
      alarms.set(new Alarms.Silence(id), nowNanos + silenceNanos());
      decideAll();
    }
  }

  private void changed(PeerId id, PeerProfile profile) {
    Optional<Peer> known = peers.find(id).filter(peer -> !peer.isGone());
    if (known.isPresent()) {
      if (profile.accepting()) {
        known.get().busy(false); // it may have refused for being what it was
        alarms.clear(new Alarms.BusyOver(id));
      }
      known.get().changed(profile);
      decideAll();
    }
  }

  private static long silenceNanos() {
    return Leases.SUSPECT_HEARTBEATS * Leases.HEARTBEAT_NANOS;
  }

  private void heard(PeerId id, int freeWorkers, long nowNanos) {
    Optional<Peer> known = peers.find(id);
    if (known.isEmpty() || known.get().isGone()) {
      return; // it did not join, or has left
    }
    Peer peer = known.get();
    boolean wasSuspect = peer.isSuspect();
    peer.heard(freeWorkers, nowNanos);
    alarms.set(new Alarms.Silence(id), nowNanos + silenceNanos());
    if (wasSuspect) {
      leases.resume(peer, nowNanos);
      decideAll();
    }
  }

  private void left(PeerId id, long nowNanos) {
    Optional<Peer> peer = peers.leave(id);
    tasks.values().forEach(state -> state.walk.forgetHolder(id));
    if (peer.isPresent()) {
      leases.suspend(peer.get(), nowNanos);
      alarms.clear(new Alarms.Silence(id));
      alarms.clear(new Alarms.BusyOver(id));
      decideAll();
    }
  }

  private void holds(Digest link, PeerId id, List<PlanNode> nodes) {
    TaskState state = tasks.get(link);
    if (state != null) {
      state.walk.holds(nodes, id);
      leases.held(state, id, nodes);
    }
  }

  private void silent(PeerId id, long nowNanos) {
    Optional<Peer> peer = peers.find(id);
    if (peer.isPresent()) {
      peer.get().suspect();
      leases.suspend(peer.get(), nowNanos);
      decideAll();
    }
  }

  private void ringAlarms(long nowNanos) {
    Optional<Alarms.Alarm> due = alarms.due(nowNanos);
    while (due.isPresent()) {
      switch (due.get()) {
        case Alarms.TaskTime(Digest link) -> timedOut(link);
        case Alarms.LeaseTime(long lease) -> leases.timeUp(lease, nowNanos);
        case Alarms.Silence(PeerId id) -> silent(id, nowNanos);
        case Alarms.BusyOver(PeerId id) -> {
          peers.find(id).ifPresent(peer -> peer.busy(false));
          lendingDue = true;
        }
        case Alarms.BreakerOver(PeerId id) -> {
          peers.halfOpen(id);
          decideAll();
        }
        case Alarms.LendAgain(Digest _) -> lendingDue = true;
      }
      due = alarms.due(nowNanos);
    }
  }

  private void timedOut(Digest link) {
    TaskState state = tasks.get(link);
    if (state != null) {
      state.walk.end(new JobEnd.TimedOut(state.task.grant().timeMillis()));
      finishIfOver(state);
    }
  }

  /* Decisions. */

  private void decideAll() {
    tasks.values().forEach(state -> decide(state, false));
  }

  private void decideChanged() {
    if (leases.peersChanged()) {
      decideAll();
    }
    for (TaskState state : leases.changed()) {
      finishIfOver(state);
      lendingDue = true;
      idleDue = true;
      if (!state.isOver()) {
        decide(state, false);
      }
    }
  }

  /** Decides anew, once there is anything to decide on. */
  private void decide(TaskState state, boolean explainAnyhow) {
    Optional<TaskState.Weight> weight = state.weight();
    if (weight.isEmpty()) {
      return;
    }
    Decision decision =
        decider.decide(state, weight.get(), peers.eligible(state), peers.isNarrowed(state));
    boolean isNews = state.decide(decision);
    if (explainAnyhow || (isNews && state.explain(EXPLANATIONS_MAX))) {
      outbox.add(new Command.Explain(decision));
    }
    lendingDue |= state.isManager();
  }

  /* Work. */

  private void giveOut() {
    boolean more = true;
    while (more && active.size() < settings.workers() * CALLS_PER_WORKER) {
      more = giveNext();
    }
  }

  /** Gives a call out to whoever's turn it is: whether anybody wants one. */
  private boolean giveNext() {
    for (TaskState state : workTurns.inOrder()) {
      Optional<Ticket> ticket = state.walk.next();
      if (ticket.isPresent()) {
        give(state, ticket.get());
        return true;
      }
      finishIfOver(state);
    }
    return false;
  }

  /** A worker that has nothing else to do may as well do what a peer is long in doing. */
  private void giveOutDoubted() {
    if (active.size() >= settings.workers()) {
      return;
    }
    for (TaskState state : workTurns.inOrder()) {
      while (active.size() < settings.workers()) {
        Optional<Ticket> ticket = state.walk.nextDoubted();
        if (ticket.isEmpty()) {
          break;
        }
        give(state, ticket.get());
        decide(state, false);
      }
      finishIfOver(state);
    }
  }

  /** A worker that still has nothing to do does what a peer has not begun. */
  private void takeBack() {
    for (TaskState state : List.copyOf(tasks.values())) {
      while (active.size() < settings.workers()
          && lender.takeBack(state, settings.workers() - active.size())) {
        giveOut();
      }
    }
  }

  private void give(TaskState state, Ticket ticket) {
    long call = nextCall++;
    ticket.give(call);
    double nanos = state.callNanos(CALL_NANOS_GUESS);
    active.put(call, new Active(state, ticket, nanos));
    workTurns.took(state, nanos);
    state.addCall(call);
    outbox.add(new Command.Execute(call, ticket.call));
  }

  private void lendAll(long nowNanos) {
    for (TaskState state : lendTurns.inOrder()) {
      double before = state.lentFuel();
      lender.lend(state, nowNanos);
      if (state.lentFuel() > before) {
        lendTurns.took(state, state.lentFuel() - before);
      }
      finishIfOver(state);
      if (state.isStarved() && state.isManager() && !state.isOver()) {
        decide(state, false);
      }
    }
  }
}
