package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Outcome;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.TrapKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Nodes around real Delegators, on one virtual clock, joined by a network that delays, loses and
 * repeats, and whose members crash and come back. What crosses it is what a driver would have
 * checked: a wrong receipt arrives as a lease that failed.
 */
final class TestingNetwork {
  private static final long SECOND = 1_000_000_000;
  private static final int ENTRY = 0;

  /**
   * What may go wrong, until {@code untilNanos}.
   *
   * @param lostPerMille messages that never arrive
   * @param liesPerMille leases that end with a lie: seen through, or a trap that never was
   * @param refusedPerMille offers that are refused
   * @param noResultPerMille calls of a child that its host fails at
   * @param crashes of children, each followed by a restart
   * @param partitions between two nodes, each in one direction
   * @param flaps of the entry node's connections: what is under way arrives, but late
   */
  record Faults(
      long untilNanos,
      int lostPerMille,
      int liesPerMille,
      int refusedPerMille,
      int noResultPerMille,
      int crashes,
      int partitions,
      int flaps) {
    static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0);
  }

  /** One node, in one life. */
  private static final class Member {
    final int number;
    final PeerId id;
    final int workers;
    final double slowness;
    TestingNode node;
    boolean alive = true;
    int life;
    final Set<Integer> joined = new HashSet<>(); // whom it has heard to be there
    final Deque<Long> waiting = new ArrayDeque<>();
    final Set<Long> running = new HashSet<>();
    final Map<Digest, Held> held = new HashMap<>(); // leases it works under
    final Map<Long, Digest> linkByLease = new HashMap<>(); // of leases it lent

    Member(int number, Delegator.Settings settings, double slowness) {
      this.number = number;
      this.id = TestingManifests.peer(number + 1);
      this.workers = settings.workers();
      this.slowness = slowness;
      this.node = new TestingNode(settings);
    }
  }

  /** A lease, as its child knows it. */
  private record Held(int lender, int lenderLife, long lease) {}

  private record Due(long nanos, long number, Runnable what) {}

  final List<String> story = new ArrayList<>(); // the last things that happened
  private final List<Member> members = new ArrayList<>();
  private final PriorityQueue<Due> dues =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::number));
  private final BiPredicate<Integer, Integer> connected;
  private final Random random;
  private final Faults faults;
  private final TestingNode.Job job;
  private final Set<List<Integer>> severed = new HashSet<>(); // pairs, by direction
  private long nextDue;
  private long nowNanos;

  /**
   * A network of as many nodes as there are {@code settings}; the first is the entry node.
   *
   * @param slowness of each: how many times longer than others its calls take
   * @param connected which nodes know each other, by their numbers, the smaller first
   */
  TestingNetwork(
      List<Delegator.Settings> settings,
      List<Double> slowness,
      BiPredicate<Integer, Integer> connected,
      TestingNode.Job job,
      Faults faults,
      Random random) {
    this.connected = connected;
    this.job = job;
    this.faults = faults;
    this.random = random;
    for (Delegator.Settings each : settings) {
      members.add(new Member(members.size(), each, slowness.get(members.size())));
    }
  }

  TestingNode entry() {
    return members.get(ENTRY).node;
  }

  /** Leases that were lent to and by children, in all lives. */
  int leasesBelowEntry() {
    return members.stream().skip(1).mapToInt(member -> member.node.everLent.size()).sum();
  }

  long nowNanos() {
    return nowNanos;
  }

  /** Runs the job until it is over, or {@code mostNanos} have passed. */
  void run(long mostNanos) {
    for (Member member : members) {
      for (Member other : members) {
        if (member != other) {
          at(random.nextLong(2 * SECOND), () -> join(member, other));
        }
      }
      beat(member);
    }
    planFaults();
    at(random.nextLong(3 * SECOND), () -> told(entryMember(), () -> entry().submit(job)));
    while (job.end.isEmpty()) {
      Due due = dues.poll();
      assertTrue(due != null && due.nanos <= mostNanos, "the job does not end");
      nowNanos = due.nanos;
      due.what.run();
    }
  }

  private Member entryMember() {
    return members.get(ENTRY);
  }

  private void at(long nanos, Runnable what) {
    dues.add(new Due(nanos, nextDue++, what));
  }

  private void in(long nanos, Runnable what) {
    at(nowNanos + nanos, what);
  }

  private boolean faulty() {
    return nowNanos < faults.untilNanos;
  }

  private boolean chance(int perMille) {
    return faulty() && random.nextInt(1000) < perMille;
  }

  private void note(String what) {
    story.add(nowNanos / 1_000_000 + " ms: " + what);
    if (story.size() > 60) {
      story.removeFirst();
    }
  }

  /* One node. */

  /** {@code member} is told something, and does what its Delegator says. */
  private void told(Member member, Supplier<List<Command>> telling) {
    member.node.nowNanos = nowNanos;
    List<Command> commands = telling.get();
    commands.forEach(command -> perform(member, command));
    work(member);
    long wake = member.node.wakeNanos();
    if (wake != Long.MAX_VALUE) {
      int life = member.life;
      at(
          wake,
          () -> {
            if (member.alive && member.life == life && member.node.wakeNanos() <= nowNanos) {
              told(member, member.node::wake);
            }
          });
    }
  }

  private void perform(Member member, Command command) {
    switch (command) {
      case Command.Execute(long call, PlannedCall _) -> member.waiting.add(call);
      case Command.Interrupt(long call) -> {
        member.waiting.remove(call);
        member.running.remove(call);
      }
      case Command.Lend(long lease, Loan loan) -> offer(member, lease, loan);
      case Command.Revoke(long lease, String reason) -> {
        note(member.number + " revokes lease " + lease + ": " + reason);
        Member child = member(member.node.everLent.get(lease).peer());
        Digest link = member.linkByLease.get(lease);
        send(member, child, () -> told(child, () -> child.node.cancel(link)));
      }
      case Command.Finish(Digest link, JobEnd end) -> finished(member, link, end);
      case Command.Record _,
          Command.Adopt _,
          Command.Reuse _,
          Command.Forget _,
          Command.Release _,
          Command.Explain _ -> {}
    }
  }

  private void work(Member member) {
    while (member.running.size() < member.workers && !member.waiting.isEmpty()) {
      long call = member.waiting.removeFirst();
      member.running.add(call);
      long took = (long) (member.slowness * (0.5 + random.nextDouble()) * 400_000_000);
      int life = member.life;
      in(
          took,
          () -> {
            if (member.life == life && member.running.remove(call)) {
              called(member, call, took);
            }
          });
    }
  }

  private void called(Member member, long call, long took) {
    member.node.callNanos = took;
    if (member.number != ENTRY && chance(faults.noResultPerMille)) {
      CallReport failed =
          new CallReport.NoResult(CallReport.HostFailure.RESOURCES, "the disk is full");
      told(member, () -> member.node.report(call, failed));
    } else {
      told(member, () -> member.node.answer(call));
    }
  }

  /* Between two nodes. */

  private Member member(PeerId id) {
    return members.stream().filter(each -> each.id.equals(id)).findFirst().orElseThrow();
  }

  /** A message, which may be late, lost, or for somebody who has crashed since. */
  private void send(Member from, Member to, Runnable what) {
    if (chance(faults.lostPerMille)) {
      note("a message from " + from.number + " to " + to.number + " is lost");
      return;
    }
    int life = to.life;
    in(1_000_000 + random.nextLong(50_000_000), () -> arrive(from, to, life, what));
  }

  /** What cannot get through is sent again, as TCP does. */
  private void arrive(Member from, Member to, int life, Runnable what) {
    if (!to.alive || to.life != life) {
      return;
    }
    if (severed.contains(List.of(from.number, to.number))) {
      in(SECOND / 2, () -> arrive(from, to, life, what));
      return;
    }
    what.run();
  }

  private void join(Member node, Member peer) {
    boolean known =
        connected.test(Math.min(node.number, peer.number), Math.max(node.number, peer.number));
    if (known && node.alive && peer.alive && node.joined.add(peer.number)) {
      told(node, () -> node.node.join(peer.id, peer.workers, peer.node.fuelPerSecond()));
    }
  }

  private void leave(Member node, Member peer) {
    if (node.alive && node.joined.remove(peer.number)) {
      note(node.number + " sees " + peer.number + " leave");
      told(node, () -> node.node.leave(peer.id));
    }
  }

  private void beat(Member member) {
    int life = member.life;
    in(
        SECOND,
        () -> {
          if (member.life == life) {
            beat(member);
            for (Member other : members) {
              if (other != member && other.joined.contains(member.number)) {
                send(
                    member,
                    other,
                    () ->
                        told(
                            other,
                            () ->
                                other.node.hear(
                                    member.id,
                                    Math.max(0, member.workers - member.running.size()))));
              }
            }
          }
        });
  }

  private void offer(Member lender, long lease, Loan loan) {
    note(
        lender.number
            + " lends "
            + loan.node()
            + " to "
            + member(loan.peer()).number
            + " as "
            + lease);
    Digest link =
        Digest.sha256(
            (lender.number + "/" + lender.life + "/" + lease).getBytes(StandardCharsets.US_ASCII));
    lender.linkByLease.put(lease, link);
    Member child = member(loan.peer());
    TestingNode.Job above = lender.node.jobs.get(loan.link());
    int lenderLife = lender.life;
    send(
        lender,
        child,
        () -> {
          if (chance(faults.refusedPerMille)) {
            boolean everMore = random.nextBoolean();
            long millis = random.nextInt(3000);
            reply(lender, lenderLife, child, () -> lender.node.refuse(lease, everMore, millis));
            return;
          }
          reply(lender, lenderLife, child, () -> lender.node.accept(lease));
          int childLife = child.life;
          in(
              random.nextLong(100_000_000),
              () -> {
                if (child.life == childLife && child.alive) {
                  child.held.put(link, new Held(lender.number, lenderLife, lease));
                  stage(lender, lenderLife, child, loan, link, above);
                }
              });
        });
  }

  private void reply(Member lender, int life, Member child, Supplier<List<Command>> what) {
    send(
        child,
        lender,
        () -> {
          if (lender.life == life) {
            told(lender, what);
          }
        });
  }

  private void stage(
      Member lender, int life, Member child, Loan loan, Digest link, TestingNode.Job above) {
    byte[] input = above.input;
    Task.Ground ground = above.task.ground();
    if (loan.part().isPresent()) {
      Optional<byte[]> part = lender.life == life ? lender.node.partIfHeld(loan) : Optional.empty();
      if (part.isEmpty()) {
        fail(child, link, new LeaseFailure.Lost("the part could not be fetched"));
        return;
      }
      input = part.get();
      ground = new Task.Ground.Part(loan.part().get().bytes(), loan.part().get().parentBytes());
    }
    List<PeerId> chain = new ArrayList<>(above.task.above());
    chain.add(lender.id);
    Task task =
        new Task(
            link,
            above.task.job(),
            above.manifest,
            above.task.submitter(),
            loan.node(),
            ground,
            above.task.merges(),
            loan.grant(),
            loan.tries(),
            chain);
    TestingNode.Job begun = new TestingNode.Job(task, input, above.guest);
    told(child, () -> child.node.submit(begun));
  }

  private void finished(Member member, Digest link, JobEnd end) {
    Held held = member.held.get(link);
    if (held == null) {
      return; // the entry node's own job
    }
    TestingNode.Job done = member.node.jobs.get(link);
    if (chance(faults.liesPerMille)) {
      lie(member, link, done);
      return;
    }
    switch (end) {
      case JobEnd.Completed completed -> {
        List<Step> steps = done.stepsInOrder(done.task.node());
        List<BlobRef> blobs = new ArrayList<>();
        member
            .node
            .held(link)
            .forEach(
                (ref, count) -> {
                  for (int i = 0; i < count; i++) {
                    blobs.add(ref);
                  }
                });
        Delivery delivery = new Delivery(completed.value(), completed.evidence(), link);
        TestingNode.Parcel parcel = new TestingNode.Parcel(delivery, blobs, steps);
        Member lender = members.get(held.lender);
        Map<Digest, byte[]> bytes = member.node.bytesByDigest();
        reply(
            lender, held.lenderLife, member, () -> lender.node.deliver(held.lease, parcel, bytes));
      }
      case JobEnd.TaskFailed(PlanNode node, Claim claim) ->
          fail(member, link, new LeaseFailure.TaskFailed(node, claim));
      case JobEnd.PlanRefused(String reason) ->
          fail(member, link, new LeaseFailure.OverGrant(reason));
      case JobEnd.NodeFailed failed ->
          fail(member, link, new LeaseFailure.Lost(failed.why().detail()));
      case JobEnd.TimedOut _ -> fail(member, link, new LeaseFailure.Lost("its time is over"));
      case JobEnd.Partial partial -> throw new AssertionError("a lease ended as " + partial);
      case JobEnd.Cancelled(), JobEnd.Shed() -> {}
    }
  }

  private void lie(Member member, Digest link, TestingNode.Job done) {
    PlanNode node =
        done.task.node() instanceof PlanNode.Cells(Interval at)
            ? new PlanNode.Cells(new Interval(at.to() - 1, at.to()))
            : done.task.node();
    boolean trap = random.nextBoolean();
    note(member.number + " lies about " + node);
    fail(
        member,
        link,
        trap
            ? new LeaseFailure.TaskFailed(
                node,
                new Claim(
                    done.manifest.profile(),
                    Plan.of(done.manifest).key(node),
                    GuestFunction.EXECUTE,
                    Digest.sha256(),
                    Digest.ZERO,
                    0,
                    1,
                    new Outcome.Trapped(TrapKind.UNREACHABLE)))
            : new LeaseFailure.Lost("its receipt does not hold"));
  }

  private void fail(Member child, Digest link, LeaseFailure failure) {
    Held held = child.held.get(link);
    Member lender = members.get(held.lender);
    reply(lender, held.lenderLife, child, () -> lender.node.fail(held.lease, failure));
  }

  /* What goes wrong. */

  private void planFaults() {
    if (members.size() == 1 || faults.untilNanos == 0) {
      return;
    }
    for (int i = 0; i < faults.crashes; i++) {
      Member member = members.get(1 + random.nextInt(members.size() - 1));
      at(random.nextLong(faults.untilNanos), () -> crash(member));
    }
    for (int i = 0; i < faults.flaps; i++) {
      Member member = members.get(1 + random.nextInt(members.size() - 1));
      at(random.nextLong(faults.untilNanos), () -> flap(member));
    }
    for (int i = 0; i < faults.partitions; i++) {
      int from = random.nextInt(members.size());
      int to = random.nextInt(members.size());
      long begin = random.nextLong(faults.untilNanos);
      long end = Math.min(faults.untilNanos, begin + random.nextLong(20 * SECOND));
      at(begin, () -> severed.add(List.of(from, to)));
      at(end, () -> severed.remove(List.of(from, to)));
    }
  }

  /** The entry node loses sight of {@code peer}, and the peer of it, for some seconds. */
  private void flap(Member peer) {
    leave(entryMember(), peer);
    leave(peer, entryMember());
    long away = random.nextLong(15 * SECOND);
    in(away, () -> join(entryMember(), peer));
    in(away, () -> join(peer, entryMember()));
  }

  private void crash(Member member) {
    if (!member.alive) {
      return;
    }
    note(member.number + " crashes");
    member.alive = false;
    member.life++;
    member.joined.clear();
    member.waiting.clear();
    member.running.clear();
    member.held.clear();
    boolean seen = random.nextBoolean();
    for (Member other : members) {
      if (other != member && seen) {
        in(random.nextLong(4 * SECOND), () -> leave(other, member));
      }
    }
    in(5 * SECOND + random.nextLong(20 * SECOND), () -> restart(member));
  }

  private void restart(Member member) {
    note(member.number + " is back");
    member.alive = true;
    member.node = member.node.reborn();
    for (Member other : members) {
      if (other != member) {
        leave(other, member);
        join(other, member);
        join(member, other);
      }
    }
    beat(member);
  }
}
