package io.banyan.node.lease;

import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.node.Driver;
import io.banyan.node.RetryAfter;
import io.banyan.node.TaskFolder;
import io.banyan.node.TaskLog;
import io.banyan.node.data.Links;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.Ack;
import io.banyan.schema.Cancel;
import io.banyan.schema.Digest;
import io.banyan.schema.Failure;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Receipt;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.LeaseChain;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The leases that this node holds: checks what it is offered, has it staged and worked on, and
 * delivers what came of it. What is done is kept until the lender has it, or for a while after the
 * lender is lost.
 *
 * <p>Safe for any thread. What takes time is done on virtual threads.
 *
 * <p>Long, because a lease is the same one from its offer to its end, and every step on the way may
 * be the last: whoever ends it has to see what the others left.
 */
public final class Holder implements AutoCloseable {
  /** Leases held at once, from all lenders: two for each of 32 workers. */
  static final int HELD_MAX = 64;

  /** Of those, from one lender: what it may have out at one peer. */
  static final int HELD_OF_LENDER_MAX = 16;

  /** From one submitter, through all lenders together: a quarter is left for the others. */
  static final int HELD_OF_SUBMITTER_MAX = 48;

  /** Plan nodes looked at for the hints of one lease: some milliseconds. */
  private static final int HINTED_MAX = 1 << 14;

  private static final long BUSY_RETRY_MILLIS = 1_000;

  /** A node that drains is mostly about to stop; if it takes work again, it says so itself. */
  private static final long DRAIN_RETRY_MILLIS = 60_000; // 1 min

  /** A minute: how long work goes on, and results are kept, without the lender. */
  public static final Duration ORPHAN_TTL = Duration.ofSeconds(60);

  /** A result may be lost with a link that came back before anybody saw that it was gone. */
  private static final Duration SENT_AGAIN_AFTER = Duration.ofSeconds(10);

  private final Identity node;
  private final LeaseChain chains;
  private final TaskLinks links;
  private final Staging staging;
  private final Driver driver;
  private final Rejections rejections;
  private final TreeCache trees;
  private final KeptFolders kept;
  private final Whereabouts whereabouts;
  private final LongAdder leavesReused = new LongAdder();
  private final Ended ended;
  private final InstantSource clock;
  private final Duration orphanTtl;
  private final Map<Digest, HeldLease> held = new ConcurrentHashMap<>();
  private volatile boolean accepting = true; // the owner says it, and every lender's thread asks
  private final ReentrantLock places = new ReentrantLock(); // held while a place is looked for
  private final HeldGrants grants = new HeldGrants();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("lease").factory());

  /** Told when the work under a lease is over, however that came. */
  @FunctionalInterface
  public interface Ended {
    void ended(JobId job, Digest link);
  }

  /**
   * Holds no lease yet.
   *
   * @param whereabouts takes the hints of leases
   * @param orphanTtl how long work goes on, and results are kept, without the lender; usually
   *     {@link #ORPHAN_TTL}
   */
  public Holder(
      Identity node,
      LeaseChain chains,
      TaskLinks links,
      Staging staging,
      Driver driver,
      Rejections rejections,
      TreeCache trees,
      KeptFolders kept,
      Whereabouts whereabouts,
      Ended ended,
      InstantSource clock,
      Duration orphanTtl) {
    this.node = node;
    this.chains = chains;
    this.links = links;
    this.staging = staging;
    this.driver = driver;
    this.rejections = rejections;
    this.trees = trees;
    this.kept = kept;
    this.whereabouts = whereabouts;
    this.ended = ended;
    this.clock = clock;
    this.orphanTtl = orphanTtl;
  }

  /**
   * Whether leases are taken from now on. Where they are not, those that nothing was done for go
   * back to their lenders, and the rest is finished.
   */
  public void accept(boolean now) {
    accepting = now;
    if (!now) {
      held.values().stream().filter(HeldLease::isUnbegun).forEach(this::handBack);
    }
  }

  private void handBack(HeldLease lease) {
    links.send(lease.lender(), new Failure(lease.link(), draining()));
    lease.cancel();
  }

  private static Refused draining() {
    return new Refused(
        Refused.Code.DRAINING, "this node takes no new work (banyan drain)", DRAIN_RETRY_MILLIS);
  }

  /** A lender offers a lease. */
  public void received(PeerId lender, TaskMessage.LeaseOffer offer) {
    Digest link = offer.offered().digest();
    if (held.containsKey(link)) {
      reply(lender, link, new LeaseReply.Taken(0)); // it was offered twice, and is taken once
      return;
    }
    if (!accepting) {
      reply(lender, link, draining());
      return;
    }
    switch (chains.check(offer.manifest(), offer.chain(), clock.millis())) {
      case LeaseChain.Rejected rejected -> {
        rejections.count(
            "lease that does not hold: " + rejected.code().words(), lender, rejected.sentence());
        reply(lender, link, rejected.refused());
      }
      case LeaseChain.Holds chain -> hold(lender, offer, link, chain);
    }
  }

  private void hold(
      PeerId lender, TaskMessage.LeaseOffer offer, Digest link, LeaseChain.Holds chain) {
    if (!offer.offered().signer().peerId().equals(lender)) {
      rejections.count("lease offered by another than its lender", lender, link.toString());
      reply(
          lender,
          link,
          new Refused(Refused.Code.NOT_ALLOWED, "the lease is signed by another than you", 0));
      return;
    }
    HeldLease lease = new HeldLease(lender, link, offer, chain, () -> driver.cancel(link));
    switch (place(lease)) {
      case Place.Again() -> reply(lender, link, new LeaseReply.Taken(0));
      case Place.Full(var what, var places) -> full(lender, link, what, places, lease.priority());
      case Place.OverGrant(var sentence) -> {
        rejections.count("lease beyond its lender's grant", lender, sentence);
        reply(lender, link, new Refused(Refused.Code.OVER_LIMIT, Sentences.fit(sentence), 0));
      }
      case Place.Found() -> {
        reply(lender, link, new LeaseReply.Taken(0));
        try {
          threads.execute(() -> work(lease));
        } catch (RejectedExecutionException e) {
          drop(lease); // this node is being closed
        }
      }
    }
  }

  /** What an offer finds. */
  private sealed interface Place {
    /** It is held from now on. */
    record Found() implements Place {}

    /** It is held already. */
    record Again() implements Place {}

    /** Leases hold all places that it may have. */
    record Full(String what, List<HeldLease> places) implements Place {}

    /** Its lender has not so much to give. */
    record OverGrant(String sentence) implements Place {}
  }

  /** Finds a place; one offer at a time, so that no limit is passed by two together. */
  private Place place(HeldLease lease) {
    places.lock();
    try {
      if (held.containsKey(lease.link())) {
        return new Place.Again();
      }
      List<HeldLease> all = List.copyOf(held.values());
      List<HeldLease> ofLender =
          all.stream().filter(other -> other.lender().equals(lease.lender())).toList();
      if (ofLender.size() >= HELD_OF_LENDER_MAX) {
        return new Place.Full(HELD_OF_LENDER_MAX + " leases of yours", ofLender);
      }
      List<HeldLease> ofSubmitter =
          all.stream().filter(other -> other.submitter().equals(lease.submitter())).toList();
      if (ofSubmitter.size() >= HELD_OF_SUBMITTER_MAX) {
        return new Place.Full(HELD_OF_SUBMITTER_MAX + " leases of this submitter", ofSubmitter);
      }
      if (all.size() >= HELD_MAX) {
        return new Place.Full(HELD_MAX + " leases", all);
      }
      Optional<String> trouble = grants.take(lease);
      if (trouble.isPresent()) {
        return new Place.OverGrant(trouble.get());
      }
      held.put(lease.link(), lease);
      return new Place.Found();
    } finally {
      places.unlock();
    }
  }

  private void drop(HeldLease lease) {
    lease.over();
    grants.ended(lease);
    held.remove(lease.link());
  }

  /**
   * There is no room for a lease of {@code priority}. One of lower priority that has not begun is
   * given back, so that there is room when it is offered again. Only where one is, the lender is
   * told to come again soon: the driver has to be asked first.
   */
  private void full(
      PeerId lender, Digest link, String what, List<HeldLease> places, Priority priority) {
    rejections.count("lease that there is no room for", lender, link.toString());
    List<HeldLease> victims =
        places.stream()
            .filter(lease -> lease.priority().compareTo(priority) < 0 && !lease.wasShed())
            .sorted(
                Comparator.comparing(HeldLease::priority)
                    .thenComparing(HeldLease::beginNanos, Comparator.reverseOrder()))
            .toList();
    if (victims.stream().anyMatch(HeldLease::shedWhileStaging)) {
      busy(lender, link, what, RetryAfter.MILLIS_MIN);
      return;
    }
    List<Digest> links = victims.stream().map(HeldLease::link).toList();
    if (links.isEmpty()) {
      busy(lender, link, what, retryMillis(places));
      return;
    }
    var _ =
        driver
            .ask(delegator -> delegator.firstUnbegun(links))
            .exceptionally(_ -> Optional.empty()) // it has stopped
            .thenAccept(
                unbegun -> {
                  boolean isShed = unbegun.map(this::shed).orElse(false);
                  busy(lender, link, what, isShed ? RetryAfter.MILLIS_MIN : retryMillis(places));
                });
  }

  /** Whether it makes room for who asks now, and not for who asked before. */
  private boolean shed(Digest unbegun) {
    HeldLease victim = held.get(unbegun);
    if (victim == null || !victim.shedByTheDriver()) {
      return false;
    }
    driver.tell(new Event.Shed(unbegun));
    return true;
  }

  private void busy(PeerId lender, Digest link, String what, long retryMillis) {
    String sentence = "this node holds " + what + " already";
    reply(lender, link, new Refused(Refused.Code.BUSY, sentence, retryMillis));
  }

  private static long retryMillis(List<HeldLease> places) {
    return RetryAfter.millis(
        places.stream().map(HeldLease::remainingMillis).flatMapToLong(OptionalLong::stream),
        BUSY_RETRY_MILLIS);
  }

  private void reply(PeerId lender, Digest link, LeaseReply.Answer answer) {
    links.send(lender, new LeaseReply(link, answer));
  }

  /** Stages the lease and has it worked on; ends when it is delivered, or not wanted any more. */
  private void work(HeldLease lease) {
    try {
      lease.staging();
      Staging.Staged staged = staging.stage(lease);
      kept.begun(lease, staged);
      try {
        workOn(lease, staged.folder());
      } finally {
        leavesReused.add(staged.folder().leavesReused());
        kept.ended(lease);
      }
    } catch (Staging.RefusedException e) {
      send(lease, e.refused());
    } catch (IOException e) {
      send(lease, new Failure.NodeFailure(Sentences.of(e)));
    } catch (InterruptedException | CancellationException e) {
      if (lease.wasShed()) {
        giveBack(lease);
      }
      // Else it was cancelled while it was staged, or this node is being closed.
    } catch (RuntimeException | OutOfMemoryError e) {
      send(lease, new Failure.NodeFailure(Sentences.of(e)));
      throw e;
    } finally {
      drop(lease);
    }
  }

  private void workOn(HeldLease lease, TaskFolder folder) throws IOException, InterruptedException {
    if (!lease.began(folder)) {
      if (lease.wasShed()) {
        giveBack(lease);
      }
      return;
    }
    JobEnd end;
    try {
      driver.begin(folder, hinted(lease));
      lease.begun();
      end = folder.end().get();
    } catch (ExecutionException e) {
      throw new IOException("this node failed: " + e.getCause(), e);
    } finally {
      ended.ended(folder.task().job(), lease.link());
    }
    sendLogs(lease, folder);
    if (end instanceof JobEnd.Completed completed) {
      deliver(lease, folder, completed);
    } else {
      failure(lease, end);
    }
  }

  /** Who else has what lies below the lease, by its lender's hints. */
  private List<Event.PeerHolds> hinted(HeldLease lease) {
    Map<Digest, PeerId> byKey = new LinkedHashMap<>();
    for (Lease.Hint hint : lease.lease().hints()) {
      if (!hint.peer().equals(node.publicKey().peerId())) { // what is here is found anyhow
        byKey.put(hint.key(), hint.peer());
      }
    }
    Plan plan = Plan.of(lease.chain().manifest());
    PlanNode root = lease.lease().node();
    Map<PeerId, List<PlanNode>> byPeer = new LinkedHashMap<>();
    for (PlanNode found : PlanNodes.find(plan, root, byKey.keySet(), HINTED_MAX).nodes()) {
      byPeer.computeIfAbsent(byKey.get(plan.key(found)), _ -> new ArrayList<>()).add(found);
    }
    List<Event.PeerHolds> believed = new ArrayList<>();
    byPeer.forEach(
        (peer, nodes) -> {
          List<PlanNode> of = whereabouts.add(lease.chain().job(), peer, nodes);
          believed.add(new Event.PeerHolds(lease.link(), peer, of));
        });
    return believed;
  }

  /** What guests logged goes up with what came of the lease, and before it: later nobody asks. */
  private void sendLogs(HeldLease lease, TaskFolder folder) {
    TaskLog.Kept kept =
        folder.log().kept(node.publicKey().peerId()).first(TaskMessage.TaskLogs.LINES_MAX);
    if (!kept.equals(TaskLog.Kept.NOTHING)) {
      links.send(lease.lender(), new TaskMessage.TaskLogs(lease.link(), kept.lines(), kept.cut()));
    }
  }

  private void deliver(HeldLease lease, TaskFolder folder, JobEnd.Completed completed)
      throws InterruptedException {
    Receipt receipt =
        new Receipt(
            folder.task().job(),
            lease.lease().key(),
            lease.link(),
            completed.value(),
            completed.evidence().executionRoot(),
            completed.evidence().leaves(),
            completed.evidence().fuel(),
            folder.basis(completed));
    Signed signed = node.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(receipt));
    lease.completed(completed, signed);
    if (lease.isLenderLost()) {
      report(lease.lender());
    }
    TaskMessage.Result result = new TaskMessage.Result(lease.link(), signed);
    // Behind the end of the lease nobody can use it.
    while (lease.lease().notAfterMillis() > clock.millis()) {
      links.send(lease.lender(), result);
      if (lease.awaitDelivery(SENT_AGAIN_AFTER)) {
        return;
      }
    }
  }

  private void failure(HeldLease lease, JobEnd end) {
    switch (end) {
      case JobEnd.Completed _ -> throw new IllegalStateException("a completed task is delivered");
      case JobEnd.Partial _ -> throw new IllegalStateException("only a whole job has gaps");
      case JobEnd.TaskFailed(var planNode, var claim) -> {
        TaskFailure failure = new TaskFailure(lease.link(), planNode, claim);
        Signed signed = node.sign(SigningDomain.TASK_FAILURE, WireCodec.encodeTaskFailure(failure));
        send(lease, new Failure.TaskFailed(signed));
      }
      case JobEnd.PlanRefused(String reason) ->
          send(lease, new Failure.LimitExceeded(Failure.BudgetKind.LEAVES, Sentences.fit(reason)));
      case JobEnd.NodeFailed(var call, var why) ->
          send(lease, new Failure.NodeFailure(Sentences.fit(call.words() + ": " + why.detail())));
      case JobEnd.TimedOut(long millis) -> send(lease, new Failure.TimeoutFailure(millis));
      case JobEnd.Cancelled() -> {} // whoever cancelled it knows
      case JobEnd.Shed() -> giveBack(lease);
    }
  }

  /** It makes room for one of higher priority: others may have it, and this node later. */
  private void giveBack(HeldLease lease) {
    links.send(
        lease.lender(),
        new Failure(
            lease.link(),
            new Refused(
                Refused.Code.BUSY,
                "it makes room for a lease of higher priority",
                retryMillis(List.copyOf(held.values())))));
  }

  private void send(HeldLease lease, Failure.Kind kind) {
    if (!lease.isCancelled()) { // else its lender knows
      links.send(lease.lender(), new Failure(lease.link(), kind));
    }
  }

  /** A lender ends a link: nobody else can. */
  public void received(PeerId from, TaskMessage.CancelLease message) {
    try {
      Signed signed = message.cancel();
      Cancel cancel = WireCodec.decodeCancel(signed.payload());
      HeldLease lease = held.get(cancel.link());
      if (lease == null) {
        return; // it is over already
      }
      PublicKey lender = lease.offer().offered().signer();
      if (signed.signer().equals(lender) && Signatures.hold(SigningDomain.CANCEL, signed)) {
        lease.cancel();
        return;
      }
      rejections.count("cancel of somebody else's lease", from, cancel.link().toString());
    } catch (MalformedMessageException e) {
      rejections.count("cancel that is none", from, String.valueOf(e.getMessage()));
    }
  }

  /** The lender has what was delivered. */
  public void received(PeerId from, Ack ack) {
    for (HeldLease lease : held.values()) {
      if (lease.lender().equals(from)) {
        lease.acked(ack.digest());
      }
    }
  }

  /** A lender is there (again): it may have missed what was delivered meanwhile. */
  public void joined(PeerId lender) {
    kept.joined(lender);
    kept.orphansFor(lender).forEach(orphan -> links.send(lender, orphan));
    for (HeldLease lease : held.values()) {
      if (lease.lender().equals(lender)) {
        lease.lenderIsBack();
        lease
            .receipt()
            .ifPresent(
                receipt -> links.send(lender, new TaskMessage.Result(lease.link(), receipt)));
      }
    }
  }

  /** A lender is lost: the work for it goes on for a while. */
  public void left(PeerId lender) {
    kept.left(lender);
    report(lender);
    for (HeldLease lease : held.values()) {
      if (lease.lender().equals(lender)) {
        lease.lenderIsLost(orphanTtl);
      }
    }
  }

  /** Looks for those above a lender that is lost, and tells them what was finished for him. */
  private void report(PeerId lender) {
    Map<PeerId, List<String>> above = kept.above(lender);
    Set<PeerId> missing = new LinkedHashSet<>();
    above
        .keySet()
        .forEach(
            peer -> {
              List<TaskMessage.Orphan> orphans = kept.orphansFor(peer);
              if (!orphans.stream().allMatch(orphan -> links.send(peer, orphan))) {
                missing.add(peer); // who is found is told when he has joined
              }
            });
    List<String> addresses = above.values().stream().flatMap(List::stream).distinct().toList();
    links.dial(lender, missing, addresses);
  }

  /** Leaves that did not have to be executed again, under leases that are over. */
  public long leavesReused() {
    return leavesReused.sum();
  }

  /** The largest plan nodes that are done under leases that are held, or kept. */
  public Set<PlanNode> finished() {
    return kept.finished();
  }

  /** Closes what is kept of leases that are over. */
  public void forget() throws IOException {
    kept.close();
  }

  /** What {@code asker} may have under a lease that this node holds. */
  public Links.Lookup find(Digest link, PeerId asker) {
    HeldLease lease = held.get(link);
    if (lease == null) {
      return new Links.Lookup.NotFound();
    }
    if (!lease.lender().equals(asker)) {
      return new Links.Lookup.NotAllowed();
    }
    return lease
        .content(trees)
        .<Links.Lookup>map(Links.Lookup.Found::new)
        .orElseGet(Links.Lookup.NotFound::new);
  }

  /** How far the leases are that {@code lender} gave. */
  public List<Heartbeat.LeaseProgress> progress(PeerId lender) {
    return held.values().stream()
        .filter(lease -> lease.lender().equals(lender))
        .limit(Heartbeat.LEASES_MAX)
        .map(HeldLease::progress)
        .toList();
  }

  /** How many leases are held. */
  public int count() {
    return held.size();
  }

  /** Ends all work under leases, and waits until all its files are closed; after the driver. */
  @Override
  public void close() throws IOException {
    threads.shutdown();
    held.values().forEach(HeldLease::cancel);
    threads.close();
    kept.close();
  }
}
