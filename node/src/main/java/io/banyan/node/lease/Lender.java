package io.banyan.node.lease;

import io.banyan.delegation.Event;
import io.banyan.delegation.LeaseFailure;
import io.banyan.delegation.Loan;
import io.banyan.delegation.Task;
import io.banyan.node.Driver;
import io.banyan.node.Reported;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.FetchException;
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
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.WireCodec;
import io.banyan.trust.FailureCheck;
import io.banyan.trust.Identity;
import io.banyan.trust.Link;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The leases that this node lent: signs and offers them, and turns what the children answer into
 * events. Nothing that a child says of a lease is believed before it is checked, and nothing at all
 * of a lease that is not its own.
 *
 * <p>Safe for any thread. What takes time is done on virtual threads.
 */
public final class Lender implements Driver.Lending, AutoCloseable {
  private final Identity node;
  private final TaskLinks links;
  private final Absorption absorption;
  private final Consumer<Event> tell;
  private final Rejections rejections;
  private final LeaseWatch watch;
  private final TreeCache trees;
  private final InstantSource clock;
  private final Supplier<List<String>> addresses;
  private final Function<JobId, List<TaskFolder>> folders;
  private final Map<Long, LentLease> byNumber = new ConcurrentHashMap<>();
  private final Map<Digest, LentLease> byDigest = new ConcurrentHashMap<>();
  private final EndedLeases ended = new EndedLeases();
  private final OrphanLimits orphanLimits;
  private final Whereabouts whereabouts;

  /**
   * A lender without leases.
   *
   * @param tell takes the events, on its way to the driver; never blocks
   * @param addresses where others find this node
   * @param folders of what is under way here for a job
   * @param whereabouts takes what peers say to have finished, and gives the hints of leases
   */
  public Lender(
      Identity node,
      TaskLinks links,
      Absorption absorption,
      Consumer<Event> tell,
      Rejections rejections,
      LeaseWatch watch,
      TreeCache trees,
      InstantSource clock,
      Supplier<List<String>> addresses,
      Function<JobId, List<TaskFolder>> folders,
      Whereabouts whereabouts) {
    this.node = node;
    this.links = links;
    this.absorption = absorption;
    this.tell = tell;
    this.rejections = rejections;
    this.watch = watch;
    this.trees = trees;
    this.clock = clock;
    this.addresses = addresses;
    this.folders = folders;
    this.whereabouts = whereabouts;
    this.orphanLimits = new OrphanLimits(clock);
  }

  @Override
  public void lend(long number, Loan loan, TaskFolder folder) {
    Lease lease = lease(loan, folder);
    Signed signed = node.sign(SigningDomain.LEASE, WireCodec.encodeLease(lease));
    LentLease lent = new LentLease(number, loan, lease, signed, folder);
    byNumber.put(number, lent);
    byDigest.put(lent.digest, lent);
    List<Signed> chain = new ArrayList<>(folder.authority().chain());
    chain.add(signed);
    watch.lent(lent);
    if (!links.send(
        loan.peer(), new TaskMessage.LeaseOffer(folder.authority().manifest(), chain))) {
      lost(lent, "there is no link to " + loan.peer());
    }
  }

  private Lease lease(Loan loan, TaskFolder folder) {
    Task task = folder.task();
    Plan plan = Plan.of(task.manifest());
    long millis = loan.grant().timeMillis();
    long notAfterMillis =
        Math.min(
            folder.authority().link().notAfterMillis(),
            clock.millis() + millis + Limits.CLOCK_LEEWAY_MILLIS);
    return new Lease(
        task.job(),
        loan.node(),
        plan.key(loan.node()),
        loan.fromByte(),
        loan.toByte(),
        loan.part(),
        loan.peer(),
        loan.attempt(),
        task.link(),
        loan.grant(),
        loan.tries(),
        millis,
        loan.dueMillis(),
        notAfterMillis,
        addresses(folder),
        whereabouts.hints(task.job(), plan, loan.node(), loan.peer()));
  }

  /** Where this node is found, and those above it that its own lease names. */
  private List<String> addresses(TaskFolder folder) {
    List<String> all = new ArrayList<>(addresses.get());
    List<Signed> chain = folder.authority().chain();
    if (!chain.isEmpty()) {
      try {
        all.addAll(WireCodec.decodeLease(chain.getLast().payload()).addresses());
      } catch (MalformedMessageException e) {
        throw new IllegalStateException("a lease that is held was checked", e);
      }
    }
    return all.stream().distinct().limit(Lease.ADDRESSES_MAX).toList();
  }

  /** A peer has what was finished for somebody who is lost. */
  public void received(PeerId peer, TaskMessage.Orphan orphan) {
    int most = orphanLimits.take(peer);
    if (most == 0) {
      rejections.count("orphan that comes too soon", peer, orphan.job().toString());
      return;
    }
    int looked = 0;
    try {
      Set<Digest> keys = new HashSet<>();
      orphan.finished().forEach(finished -> keys.add(finished.key()));
      for (TaskFolder folder : folders.apply(orphan.job())) {
        Task task = folder.task();
        PlanNodes.Found found =
            PlanNodes.find(Plan.of(task.manifest()), task.node(), keys, most - looked);
        looked += found.looked();
        List<PlanNode> believed = whereabouts.add(orphan.job(), peer, found.nodes());
        if (!believed.isEmpty()) {
          tell.accept(new Event.PeerHolds(folder.link(), peer, believed));
        }
        if (believed.size() < found.nodes().size()) {
          rejections.count("orphan of more than is believed", peer, orphan.job().toString());
        }
      }
    } finally {
      orphanLimits.done(peer, looked + 1 + orphan.finished().size());
    }
  }

  @Override
  public void revoke(long number, String reason) {
    LentLease lent = byNumber.get(number);
    if (lent != null && forget(lent)) {
      lent.stop();
      cancel(lent, reason);
      watch.revoked(lent, reason);
    }
  }

  /** Tells the child to stop. */
  private void cancel(LentLease lent, String reason) {
    cancel(lent.digest, lent.loan.peer(), reason);
  }

  /** What is lost with a link is said again when the child next lists the lease. */
  private void cancel(Digest lease, PeerId child, String reason) {
    Cancel cancel = new Cancel(lease, Sentences.fit(reason));
    Signed signed = node.sign(SigningDomain.CANCEL, WireCodec.encodeCancel(cancel));
    links.send(child, new TaskMessage.CancelLease(signed));
  }

  /** Whether the lease ends by this, and did not before. */
  private boolean forget(LentLease lent) {
    ended.add(lent.digest, lent.loan.peer());
    keepLogs(lent, Set::of);
    byDigest.remove(lent.digest);
    lent.folder.reported().over(lent.digest);
    return byNumber.remove(lent.number) != null;
  }

  private void lost(LentLease lent, String sentence) {
    failed(lent, sentence, new LeaseFailure.Lost(sentence));
  }

  private void failed(LentLease lent, String sentence, LeaseFailure failure) {
    if (forget(lent)) {
      watch.failed(lent, sentence);
      tell.accept(new Event.LeaseFailed(lent.number, failure));
    }
  }

  /** What {@code asker} may have under a lease that this node lent; until the lease is over. */
  public Links.Lookup find(Digest link, PeerId asker) {
    LentLease lent = byDigest.get(link);
    if (lent == null) {
      return new Links.Lookup.NotFound();
    }
    return lent.loan.peer().equals(asker)
        ? new Links.Lookup.Found(new LentContent(lent.folder, lent.lease, trees))
        : new Links.Lookup.NotAllowed();
  }

  /** A child's answer to an offer. */
  public void received(PeerId child, LeaseReply reply) {
    LentLease lent = own(child, reply.lease(), "reply");
    if (lent == null) {
      return;
    }
    switch (reply.answer()) {
      case LeaseReply.Taken _ -> {
        if (lent.accept()) {
          watch.accepted(lent);
          tell.accept(new Event.LeaseAccepted(lent.number));
        }
      }
      case Refused refused -> refused(lent, refused);
    }
  }

  private void refused(LentLease lent, Refused refused) {
    if (forget(lent)) {
      watch.failed(lent, refused.code().words() + ": " + refused.sentence());
      boolean later =
          refused.code() == Refused.Code.BUSY || refused.code() == Refused.Code.DRAINING;
      tell.accept(
          new Event.LeaseRefused(
              lent.number, !later, refused.retryAfterMillis(), refused.sentence()));
    }
  }

  /**
   * A child lists what it works on: it did not hear of what has ended here meanwhile, and has lost
   * what it lists no more, as one does that was started anew.
   */
  public void heard(PeerId child, Heartbeat beat) {
    Set<Digest> listed = new HashSet<>();
    for (Heartbeat.LeaseProgress progress : beat.leases()) {
      listed.add(progress.lease());
      progressed(child, progress);
      if (!byDigest.containsKey(progress.lease()) && ended.was(progress.lease(), child)) {
        cancel(progress.lease(), child, "the lease has ended");
      }
    }
    for (LentLease lent : byNumber.values()) {
      if (lent.loan.peer().equals(child) && lent.isForgotten(listed.contains(lent.digest))) {
        lost(lent, child + " does not list the lease any more");
      }
    }
  }

  /** Whatever it says it has done is no more than it may do. */
  private void progressed(PeerId child, Heartbeat.LeaseProgress progress) {
    LentLease lent = byDigest.get(progress.lease());
    if (lent == null || !lent.loan.peer().equals(child)) {
      return;
    }
    if (lent.progress(progress.leavesDone(), progress.fuel())) {
      tell.accept(new Event.LeaseProgressed(lent.number, progress.leavesDone()));
    }
    Reported.Sum sum =
        new Reported.Sum(
            Math.min(progress.leavesDone(), lent.lease.grant().leaves()),
            Math.min(progress.fuel(), lent.lease.grant().fuel()));
    lent.folder.reported().says(lent.digest, sum);
    watch.progressed(lent, sum);
    if (!byDigest.containsKey(lent.digest)) {
      lent.folder.reported().over(lent.digest); // it has ended meanwhile
    }
  }

  /** What guests logged below a lease, once. */
  public void received(PeerId child, TaskMessage.TaskLogs logs) {
    LentLease lent = own(child, logs.lease(), "logs");
    if (lent != null) {
      lent.log(logs);
    }
  }

  /** What was logged below {@code lent}, where {@code below} hold what its child lent on. */
  private static void keepLogs(LentLease lent, Supplier<Set<PeerId>> below) {
    lent.takeLogs()
        .ifPresent(
            logs ->
                lent.folder
                    .log()
                    .addBelow(
                        lent.loan.peer(),
                        logs.lines().isEmpty() ? Set.of() : below.get(),
                        lent.lease.node(),
                        logs.lines(),
                        logs.cut()));
  }

  /** The children of the leases that came with what was delivered under {@code lent}. */
  private static Set<PeerId> peersBelow(LentLease lent, TaskFolder.Staged staged) {
    Set<PeerId> peers = new HashSet<>();
    try {
      Iterator<ReceiptEntry> entries = lent.folder.claims().staged(staged.leases());
      while (entries.hasNext()) {
        if (entries.next() instanceof ReceiptEntry.LeaseEntry(Signed lease)) {
          peers.add(WireCodec.decodeLease(lease.payload()).child());
        }
      }
    } catch (UncheckedIOException e) {
      return Set.of(); // then the child answers for all of it
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a lease that was delivered was checked", e);
    }
    return peers;
  }

  /** A child says it is done. */
  public void received(PeerId child, TaskMessage.Result result) {
    LentLease lent = own(child, result.lease(), "result");
    if (lent == null) {
      if (isMeant(result)) {
        links.send(child, new Ack(result.receipt().digest())); // nobody wants it any more
      }
      return;
    }
    Thread thread = Thread.ofVirtual().unstarted(() -> absorb(lent, result.receipt()));
    if (lent.absorbBy(thread)) {
      thread.start();
    }
  }

  /** Whether the receipt is for that lease too; else the right one may be on its way. */
  private static boolean isMeant(TaskMessage.Result result) {
    try {
      return WireCodec.decodeReceipt(result.receipt().payload()).lease().equals(result.lease());
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  private void absorb(LentLease lent, Signed receipt) {
    try {
      Absorption.Outcome outcome = absorption.absorb(lent, receipt);
      switch (outcome) {
        case Absorption.Outcome.Taken(var delivery, var staged) -> {
          lent.folder.stage(lent.number, staged);
          keepLogs(lent, () -> peersBelow(lent, staged));
          watch.delivered(lent, delivery);
          tell.accept(new Event.Delivered(lent.number, delivery));
          forget(lent);
          links.send(lent.loan.peer(), new Ack(receipt.digest()));
        }
        case Absorption.Outcome.Rejected(String sentence) -> {
          rejections.count("result that does not hold", lent.loan.peer(), sentence);
          lost(lent, sentence);
          cancel(lent, sentence);
        }
      }
    } catch (FetchException.ProofMismatch | FetchException.BrokenReply e) {
      rejections.count("result that does not hold", lent.loan.peer(), Sentences.of(e));
      notTaken(lent, e);
    } catch (IOException e) {
      notTaken(lent, e);
    } catch (InterruptedException e) {
      // It was revoked meanwhile.
    } catch (RuntimeException | OutOfMemoryError e) {
      notTaken(lent, e);
      throw e;
    }
  }

  private void notTaken(LentLease lent, Throwable cause) {
    lost(lent, "the result of " + lent.loan.peer() + " was not taken in: " + Sentences.of(cause));
    cancel(lent, "the result was not taken in");
  }

  /** A child gives a lease back. */
  public void received(PeerId child, Failure failure) {
    LentLease lent = own(child, failure.lease(), "failure");
    if (lent == null) {
      return;
    }
    switch (failure.kind()) {
      case Failure.NodeFailure(String sentence) -> lost(lent, "the node failed: " + sentence);
      case Failure.ValidationFailure(String sentence) ->
          lost(lent, "what it got does not hold: " + sentence);
      case Failure.TimeoutFailure(long millis) ->
          lost(lent, "its time of " + millis + " ms was over");
      case Failure.LimitExceeded(var which, String sentence) ->
          failed(
              lent,
              "its grant did not suffice: " + sentence,
              new LeaseFailure.OverGrant(which.words() + " of the grant: " + sentence));
      case Failure.TaskFailed(Signed signed) -> taskFailed(lent, signed);
      case Refused refused -> refused(lent, refused);
    }
  }

  private void taskFailed(LentLease lent, Signed signed) {
    Task task = lent.folder.task();
    Link link = lent.folder.authority().link().lent(lent.digest, lent.lease);
    switch (new FailureCheck(task.job(), task.manifest()).check(link, signed)) {
      case FailureCheck.Holds(TaskFailure failure) ->
          failed(
              lent,
              "the task failed: " + failure.claim().outcome().words(),
              new LeaseFailure.TaskFailed(failure.node(), failure.claim()));
      case FailureCheck.Rejected(String reason) -> {
        rejections.count("task failure that does not hold", lent.loan.peer(), reason);
        lost(lent, reason);
      }
    }
  }

  private @Nullable LentLease own(PeerId child, Digest digest, String what) {
    LentLease lent = byDigest.get(digest);
    if (lent != null && lent.loan.peer().equals(child)) {
      return lent;
    }
    if (!ended.was(digest, child)) { // else it was on its way when the lease ended
      rejections.count(what + " for a lease that is not lent", child, digest.toString());
    }
    return null;
  }

  /** Gives up what is being taken in; after the driver was stopped. */
  @Override
  public void close() {
    byNumber.values().forEach(LentLease::stop);
  }

  /** How many leases are out. */
  public int count() {
    return byNumber.size();
  }

  /** How many leases {@code peer} holds of this node's. */
  public int countOf(PeerId peer) {
    return (int) byNumber.values().stream().filter(lent -> lent.loan.peer().equals(peer)).count();
  }
}
