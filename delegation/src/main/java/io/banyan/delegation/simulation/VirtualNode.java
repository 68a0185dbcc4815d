package io.banyan.delegation.simulation;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.Command;
import io.banyan.delegation.Delivery;
import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import io.banyan.delegation.Loan;
import io.banyan.delegation.PeerProfile;
import io.banyan.delegation.PlannedCall;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.Outcome;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node: the brain that decides, workers, and what a driver does for them. Its leases are {@link
 * VirtualLender}'s and {@link VirtualHolder}'s. All but the journal is lost when it crashes.
 *
 * <p>Confined to the thread that simulates.
 */
class VirtualNode {
  private static final long BEAT_NANOS = 1_000_000_000; // as production's
  private static final long SYNC_NANOS = 4_000_000; // of a disk

  final Simulation world;
  final int number;
  final PeerId id;
  final Scenario.Member member;
  final Journal journal = new Journal();
  private final Map<Integer, Line> lines = new LinkedHashMap<>(); // by the number of the other end
  private Life life;
  private boolean alive = true;
  private int lives;
  private long stalledUntilNanos;
  private long wallMillis; // by which its clock on the wall is ahead

  /** What a crash ends. */
  private static final class Life {
    final Brain brain;
    final VirtualLender lender;
    final VirtualHolder holder;
    final Map<Digest, VirtualTask> tasks = new LinkedHashMap<>();
    final Map<Long, PlannedCall> calls = new HashMap<>(); // that wait or run; asked by number
    final Deque<Long> waiting = new ArrayDeque<>();
    final Map<Integer, Integer> joined = new HashMap<>(); // peers, and by which connection
    final Optional<Audit> audit;
    int busyWorkers;
    long wakeNanos = Long.MAX_VALUE; // the soonest that is on the agenda
    long beats;

    Life(VirtualNode node) {
      this.brain = node.world.cast.brain(node.member.settings());
      this.lender = new VirtualLender(node);
      this.holder = new VirtualHolder(node);
      this.audit = node.world.scenario.audited() ? Optional.of(new Audit(node)) : Optional.empty();
    }
  }

  VirtualNode(Simulation world, int number, Scenario.Member member) {
    this.world = world;
    this.number = number;
    this.id = Simulation.peerId(number);
    this.member = member;
    this.life = new Life(this);
  }

  void know(Line line) {
    lines.put(line.to.number, line);
  }

  boolean isAlive() {
    return alive;
  }

  /** How often it has crashed. */
  int lives() {
    return lives;
  }

  VirtualLender lender() {
    return life.lender;
  }

  VirtualHolder holder() {
    return life.holder;
  }

  Optional<Audit> audit() {
    return life.audit;
  }

  /** What its clock on the wall shows. */
  long wallMillis() {
    return world.agenda.nowNanos() / 1_000_000 + wallMillis;
  }

  void jumpWall(long millis) {
    wallMillis += millis;
  }

  void stall(long nanos) {
    stalledUntilNanos = Math.max(stalledUntilNanos, world.agenda.nowNanos() + nanos);
  }

  /** {@code event} happens here in {@code nanos}, unless the node crashes before. */
  void in(long nanos, Runnable event) {
    int begunIn = lives;
    world.agenda.in(nanos, () -> happen(begunIn, event));
  }

  private void happen(int begunIn, Runnable event) {
    if (!alive || lives != begunIn) {
      return;
    }
    if (stalledUntilNanos > world.agenda.nowNanos()) {
      world.agenda.at(stalledUntilNanos, () -> happen(begunIn, event));
      return;
    }
    event.run();
  }

  /* The driver. */

  /** The brain is told something, and what it says is done. */
  void told(Event event) {
    List<Command> commands = life.brain.handle(event, world.agenda.nowNanos());
    world.story.told(number, event, commands);
    if (life.audit.isPresent()) {
      life.audit.get().told(event, commands);
    }
    for (Command command : commands) {
      perform(command, event);
    }
    work();
    sleep();
  }

  /** Without delay, but not before what is being told now is done with. */
  void post(Event event) {
    in(0, () -> told(event));
  }

  private void sleep() {
    long wake = life.brain.wakeNanos();
    if (wake <= world.agenda.nowNanos()) {
      throw new Violation("node " + number + " would be woken for ever at " + wake);
    }
    if (wake < life.wakeNanos) {
      life.wakeNanos = wake;
      in(wake - world.agenda.nowNanos(), () -> wake(wake));
    }
  }

  private void wake(long due) {
    if (life.wakeNanos == due) {
      life.wakeNanos = Long.MAX_VALUE;
      if (life.brain.wakeNanos() <= world.agenda.nowNanos()) {
        told(new Event.Woken());
      } else {
        sleep();
      }
    }
  }

  private void perform(Command command, Event event) {
    switch (command) {
      case Command.Execute(long call, PlannedCall planned) -> {
        life.calls.put(call, planned);
        life.waiting.addLast(call);
      }
      case Command.Interrupt(long call) -> interrupt(call);
      case Command.Lend(long lease, Loan loan) -> life.lender.lend(lease, loan);
      case Command.Revoke(long lease, String reason) -> life.lender.revoke(lease, reason);
      case Command.Finish(Digest link, JobEnd end) -> finish(link, end);
      case Command.Record(
              Digest link,
              PlanNode planNode,
              var _,
              List<PlanNode> children,
              Value value,
              var evidence) ->
          keep(link, planNode, children, new Known.Finished(value, evidence));
      case Command.Adopt(Digest link, PlanNode planNode, long _) -> {
        Delivery delivery = ((Event.Delivered) event).delivery();
        keep(link, planNode, List.of(), new Known.Finished(delivery.value(), delivery.evidence()));
      }
      case Command.Reuse(Digest link, PlanNode planNode) ->
          keep(link, planNode, List.of(), known(link, planNode));
      case Command.Forget(Digest link, PlanNode planNode, Value _) -> {
        journal.forget(link, planNode);
        life.holder.kept().forget(link, planNode);
      }
      case Command.Release _, Command.Explain _ -> {}
    }
  }

  private Known.Finished known(Digest link, PlanNode planNode) {
    VirtualTask task = Violation.present(life.tasks.get(link), "task that reuses");
    return task.task()
        .known()
        .at(planNode)
        .orElseThrow(() -> new Violation("reused, and not known: " + planNode));
  }

  private void keep(Digest link, PlanNode planNode, List<PlanNode> children, Known.Finished what) {
    if (life.audit.isPresent()) { // in networks that nothing happens to, nobody asks for it
      journal.done(link, planNode, what);
      life.holder.kept().done(link, planNode, children, what);
    }
    if (number != Simulation.ENTRY && world.strikes(FaultKind.DISK_FAILURES)) {
      world.story.note("the disk of node ", number, " fails");
      life.holder.broke(link);
    }
  }

  private void finish(Digest link, JobEnd end) {
    VirtualTask task = life.tasks.remove(link);
    if (task == null) {
      throw new Violation("node " + number + " finished a task that is not under way");
    }
    if (task.task().atEntry()) {
      world.story.note("job ", link.abbreviated(), " ended: ", end.getClass().getSimpleName());
      in(SYNC_NANOS, () -> world.ended(task.job(), journal.end(link, end)));
      return;
    }
    life.holder.finished(link, task, end);
  }

  /** The task under {@code link}, while it is under way. */
  Optional<VirtualTask> task(Digest link) {
    return Optional.ofNullable(life.tasks.get(link));
  }

  /** Those of {@code job} that are under way. */
  List<VirtualTask> tasksOf(JobId job) {
    return life.tasks.values().stream().filter(task -> task.job().id().equals(job)).toList();
  }

  void begin(VirtualTask task) {
    life.tasks.put(task.task().link(), task);
    told(new Event.Begun(task.task()));
  }

  /* Workers. */

  private void interrupt(long call) {
    life.calls.remove(call);
    if (!life.waiting.remove(call)) {
      life.busyWorkers--;
    }
  }

  private void work() {
    while (life.busyWorkers < member.settings().workers() && !life.waiting.isEmpty()) {
      long call = life.waiting.removeFirst();
      life.busyWorkers++;
      PlannedCall planned = Violation.present(life.calls.get(call), "such call");
      VirtualGuest.Made made = made(planned);
      double noise = 1 + member.noise() * (2 * world.noise.nextDouble() - 1);
      long nanos = Math.max(1, (long) (fuel(made) / member.fuelPerSecond() * 1e9 * noise));
      in(nanos, () -> called(call, made, nanos));
    }
  }

  private VirtualGuest.Made made(PlannedCall planned) {
    VirtualJob job = underWay(planned).job();
    BlobRef input = job.named(planned.input());
    return switch (planned.function()) {
      case SPLIT -> job.guest().split(input.digest(), input.length());
      case EXECUTE -> job.guest().execute(input.digest(), input.length());
      case MERGE -> job.guest().merge(input.digest(), input.length());
    };
  }

  private VirtualTask underWay(PlannedCall planned) {
    return Violation.present(life.tasks.get(planned.link()), "task of the call");
  }

  private static double fuel(VirtualGuest.Made made) {
    return switch (made) {
      case VirtualGuest.Made.Returned(List<BlobRef> _, long fuel) -> fuel;
      case VirtualGuest.Made.Bad(Outcome _, long fuel) -> fuel;
    };
  }

  private void called(long call, VirtualGuest.Made made, long nanos) {
    PlannedCall planned = life.calls.remove(call);
    if (planned == null) {
      return; // it was interrupted
    }
    life.busyWorkers--;
    world.countCall(planned);
    if (planned.function() == GuestFunction.EXECUTE) {
      life.holder.progressed(planned.link(), 1);
    }
    told(new Event.Executed(call, report(planned, made, nanos)));
  }

  private CallReport report(PlannedCall planned, VirtualGuest.Made made, long nanos) {
    if (number != Simulation.ENTRY && world.strikes(FaultKind.HOST_FAILURES)) {
      return new CallReport.NoResult(CallReport.HostFailure.RESOURCES, "no memory");
    }
    Digest input = underWay(planned).job().named(planned.input()).digest();
    return switch (made) {
      case VirtualGuest.Made.Returned(List<BlobRef> output, long fuel) ->
          new CallReport.Returned(input, output, fuel, nanos);
      case VirtualGuest.Made.Bad(Outcome outcome, long fuel) ->
          new CallReport.Ended(input, outcome, fuel, nanos);
    };
  }

  /* Users. */

  /** A user submits {@code job}: it is accepted once it is on the disk, and begun no sooner. */
  void submit(VirtualJob job) {
    if (journal.accepted(job.link())) {
      world.accepted(job);
      return;
    }
    if (world.strikes(FaultKind.DISK_FAILURES)) {
      return; // refused, with the reason; the user tries again
    }
    in(
        SYNC_NANOS,
        () -> {
          if (journal.accept(job)) {
            world.accepted(job);
            begin(new VirtualTask(job.whole(), job, List.of()));
          }
        });
  }

  /** A user cancels {@code job}: whatever comes first counts. */
  void cancel(VirtualJob job) {
    if (journal.accepted(job.link())) {
      in(
          SYNC_NANOS,
          () -> {
            world.ended(job, journal.end(job.link(), new JobEnd.Cancelled()));
            told(new Event.Cancelled(job.link()));
          });
    }
  }

  /* Peers. */

  Letter.Hello hello() {
    long measured = life.brain.fuelPerSecond();
    return new Letter.Hello(
        member.settings().workers(), measured == 0 ? member.reportedFuelPerSecond() : measured);
  }

  /** Sends {@code letter} to the node {@code to}: whether there is a connection to it. */
  boolean send(int to, Letter letter) {
    Line line = lines.get(to);
    return line != null && world.network.send(line, letter);
  }

  /**
   * Connects to {@code peer}, whom it has never been connected to and whose address is in a lease
   * of {@code lender}'s: he is about twice as far.
   */
  void dial(int peer, int lender) {
    Line known = Violation.present(lines.get(lender), "line to who lent");
    long latency = 2 * known.connection.latencyNanos;
    if (!lines.containsKey(peer)) {
      Connection connection = world.network.join(this, world.node(peer), latency);
      in(2 * latency, () -> world.network.connect(connection));
    }
  }

  /** Whether there is a connection to {@code peer}. */
  boolean isConnectedTo(int peer) {
    Line line = lines.get(peer);
    return line != null && line.connection.isUp();
  }

  /** How long {@code bytes} take from one of two connected nodes to the other, and back again. */
  long fetchNanos(int peer, long bytes) {
    Line line = lines.get(peer);
    long latency = line == null ? 0 : line.connection.latencyNanos;
    double bytesPerSecond =
        Math.min(member.bytesPerSecond(), world.node(peer).member.bytesPerSecond());
    return 2 * latency + (long) (bytes / bytesPerSecond * 1e9);
  }

  void receive(VirtualNode from, Letter letter) {
    happen(lives, () -> take(from, letter));
  }

  private void take(VirtualNode from, Letter letter) {
    switch (letter) {
      case Letter.Hello hello -> join(from, hello);
      case Letter.Beat beat -> {
        if (life.joined.containsKey(from.number)) {
          life.lender.heard(from, beat);
          told(new Event.PeerHeard(from.id, beat.freeWorkers()));
        }
      }
      case Letter.Offer offer -> life.holder.offered(from, offer);
      case Letter.Reply reply -> life.lender.replied(from, reply);
      case Letter.Result result -> life.lender.result(from, result);
      case Letter.Gone gone -> life.lender.gone(from, gone);
      case Letter.Cancel cancel -> life.holder.cancelled(from, cancel.link());
      case Letter.Orphan orphan -> life.lender.orphan(from, orphan);
      case Letter.Acked acked -> life.holder.acked(from, acked.link());
    }
  }

  private void join(VirtualNode peer, Letter.Hello hello) {
    if (life.joined.containsKey(peer.number)) {
      leave(peer); // the end of the connection before was not seen yet
    }
    Connection connection = Violation.present(lines.get(peer.number), "line to it").connection;
    life.joined.put(peer.number, connection.epoch());
    life.holder.joined(peer);
    PeerProfile profile =
        new PeerProfile(
            hello.workers(),
            hello.fuelPerSecond(),
            List.of(),
            Optional.of("domain " + peer.number / 2),
            2 * connection.latencyNanos,
            (long) peer.member.bytesPerSecond(),
            true);
    told(new Event.PeerJoined(peer.id, profile));
  }

  /** The connection {@code epoch} to {@code peer} is gone, as this node sees now. */
  void left(VirtualNode peer, int epoch) {
    happen(
        lives,
        () -> {
          if (life.joined.getOrDefault(peer.number, -1) == epoch) {
            leave(peer);
          }
        });
  }

  private void leave(VirtualNode peer) {
    life.joined.remove(peer.number);
    life.holder.left(peer);
    told(new Event.PeerLeft(peer.id));
  }

  /** Begins to say every second that it lives. */
  void beat(long firstInNanos) {
    in(
        firstInNanos,
        () -> {
          Map<Integer, List<Letter.Progress>> held = life.holder.byLender();
          int free = Math.max(0, member.settings().workers() - life.busyWorkers);
          long sequence = life.beats++;
          for (Line line : lines.values()) {
            if (line.connection.isUp()) {
              List<Letter.Progress> leases = held.getOrDefault(line.to.number, List.of());
              world.network.send(line, new Letter.Beat(sequence, free, leases));
            }
          }
          beat(BEAT_NANOS);
        });
  }

  /* Crashes. */

  /** Everything but the journal is lost. */
  void crash() {
    alive = false;
    lives++;
    for (Line line : lines.values()) {
      Connection connection = line.connection;
      if (connection.isUp()) {
        int epoch = connection.epoch();
        connection.becomes(false);
        world.agenda.in(world.noticedAfterNanos(), () -> line.to.left(this, epoch));
      }
    }
  }

  /** It is back, and takes up the jobs that its journal has. */
  void restart() {
    alive = true;
    stalledUntilNanos = 0;
    life = new Life(this);
    beat(BEAT_NANOS);
    resume(journal.open());
    for (Line line : List.copyOf(lines.values())) {
      world.agenda.in(line.connection.latencyNanos, () -> world.network.connect(line.connection));
    }
  }

  /** Takes up jobs that were accepted before a crash. */
  void resume(List<VirtualJob> open) {
    for (VirtualJob job : open) {
      Known known = journal.known(job.link());
      world.story.note("job ", job.link().abbreviated(), " is resumed from ", known);
      begin(new VirtualTask(job.whole().knowing(known), job, List.of()));
    }
  }

  /** Whether what {@code planNode} of {@code kept} came to is what it comes to in {@code fresh}. */
  boolean recalls(VirtualJob kept, VirtualJob fresh, PlanNode planNode) {
    return kept.id().equals(fresh.id())
        || (kept.submitter().equals(fresh.submitter())
            && world
                .oracle(kept.id())
                .key(planNode)
                .equals(world.oracle(fresh.id()).key(planNode)));
  }

  /** How long work goes on, and what came of it is kept, without its lender. */
  long orphanNanos() {
    return VirtualHolder.ORPHAN_NANOS;
  }

  /** How many things it keeps track of: peers, leases of both kinds, tasks, calls. */
  int kept() {
    return life.joined.size()
        + life.lender.count()
        + life.holder.count()
        + life.tasks.size()
        + life.calls.size();
  }

  /** What it still works on, or waits for. */
  List<String> unfinished() {
    List<String> unfinished = new ArrayList<>();
    life.tasks.values().forEach(task -> unfinished.add("task " + task.task().node()));
    unfinished.addAll(life.lender.unfinished());
    unfinished.addAll(life.holder.unfinished());
    life.calls.values().forEach(call -> unfinished.add(call.words()));
    return unfinished.stream().map(what -> "node " + number + ": " + what).toList();
  }
}
