package io.banyan.node.lease;

import io.banyan.delegation.JobEnd;
import io.banyan.node.Driver;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.Links;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.Ack;
import io.banyan.schema.Cancel;
import io.banyan.schema.Digest;
import io.banyan.schema.Failure;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.JobId;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PeerId;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leases that this node holds: checks what it is offered, has it staged and worked on, and
 * delivers what came of it. What is done is kept until the lender has it, or for a while after the
 * lender is lost.
 *
 * <p>Safe for any thread. What takes time is done on virtual threads.
 */
public final class Holder {
  /** Leases held at once, from all lenders: two for each of 32 workers. */
  static final int HELD_MAX = 64;

  /** A minute: how long work goes on, and results are kept, without the lender. */
  static final Duration ORPHAN_TTL = Duration.ofSeconds(60);

  private final Identity node;
  private final LeaseChain chains;
  private final TaskLinks links;
  private final Staging staging;
  private final Driver driver;
  private final Rejections rejections;
  private final TreeCache trees;
  private final Ended ended;
  private final InstantSource clock;
  private final Map<Digest, HeldLease> held = new ConcurrentHashMap<>();

  /** Told when the work under a lease is over. */
  @FunctionalInterface
  public interface Ended {
    void ended(JobId job, Digest link);
  }

  public Holder(
      Identity node,
      LeaseChain chains,
      TaskLinks links,
      Staging staging,
      Driver driver,
      Rejections rejections,
      TreeCache trees,
      Ended ended,
      InstantSource clock) {
    this.node = node;
    this.chains = chains;
    this.links = links;
    this.staging = staging;
    this.driver = driver;
    this.rejections = rejections;
    this.trees = trees;
    this.ended = ended;
    this.clock = clock;
  }

  /** A lender offers a lease. */
  public void received(PeerId lender, TaskMessage.LeaseOffer offer) {
    Digest link = offer.offered().digest();
    if (held.containsKey(link)) {
      reply(lender, link, new LeaseReply.Taken(0)); // it was offered twice, and is taken once
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
    if (held.size() >= HELD_MAX) {
      reply(
          lender,
          link,
          new Refused(Refused.Code.BUSY, "this node holds " + HELD_MAX + " leases already", 1_000));
      return;
    }
    HeldLease lease = new HeldLease(lender, link, offer, chain, () -> driver.cancel(link));
    if (held.putIfAbsent(link, lease) == null) {
      reply(lender, link, new LeaseReply.Taken(0));
      lease.start(() -> work(lease));
    }
  }

  private void reply(PeerId lender, Digest link, LeaseReply.Answer answer) {
    links.send(lender, new LeaseReply(link, answer));
  }

  /** Stages the lease and has it worked on; ends when it is delivered, or not wanted any more. */
  private void work(HeldLease lease) {
    try (Staging.Staged staged = staging.stage(lease)) {
      TaskFolder folder = staged.folder();
      if (!lease.began(folder)) {
        return;
      }
      driver.begin(folder);
      lease.begun();
      JobEnd end = HeldLease.awaitEnd(folder);
      ended.ended(folder.task().job(), lease.link());
      if (end instanceof JobEnd.Completed completed) {
        deliver(lease, folder, completed);
      } else {
        failure(lease, end);
      }
    } catch (Staging.RefusedException e) {
      send(lease, e.refused());
    } catch (IOException e) {
      send(lease, new Failure.NodeFailure(sentence(e)));
    } catch (InterruptedException e) {
      // It was cancelled while it was staged.
    } finally {
      held.remove(lease.link());
    }
  }

  private static String sentence(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
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
    links.send(lease.lender(), new TaskMessage.Result(lease.link(), signed));
    lease.awaitDelivery();
  }

  private void failure(HeldLease lease, JobEnd end) {
    switch (end) {
      case JobEnd.Completed _ -> throw new IllegalStateException("a completed task is delivered");
      case JobEnd.TaskFailed(var planNode, var claim) -> {
        TaskFailure failure = new TaskFailure(lease.link(), planNode, claim);
        Signed signed = node.sign(SigningDomain.TASK_FAILURE, WireCodec.encodeTaskFailure(failure));
        send(lease, new Failure.TaskFailed(signed));
      }
      case JobEnd.PlanRefused(String reason) ->
          send(lease, new Failure.LimitExceeded(Failure.BudgetKind.LEAVES, reason));
      case JobEnd.NodeFailed(var call, var why) ->
          send(lease, new Failure.NodeFailure(call.words() + ": " + why.detail()));
      case JobEnd.TimedOut(long millis) -> send(lease, new Failure.TimeoutFailure(millis));
      case JobEnd.Cancelled() -> {} // whoever cancelled it knows
    }
  }

  private void send(HeldLease lease, Failure.Kind kind) {
    links.send(lease.lender(), new Failure(lease.link(), kind));
  }

  /** A lender, or a job's entry node, ends a link. */
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
    for (HeldLease lease : held.values()) {
      if (lease.lender().equals(lender)) {
        lease.lenderIsLost(ORPHAN_TTL);
      }
    }
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
  int count() {
    return held.size();
  }

  /** Ends all work under leases. */
  public void close() {
    held.values().forEach(HeldLease::cancel);
  }
}
