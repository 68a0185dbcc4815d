package io.banyan.trust;

import io.banyan.schema.Budget;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.WireCodec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A job that was lent: who lent which plan node to whom, all of it signed by those who did. It is
 * honest, unless a test bends what somebody signs; then everything above it follows.
 */
class TestingTree {
  static final Identity SUBMITTER = peer(100);

  final TestingJob job;
  final Signed manifest;
  final JobId id;
  final Plan plan;
  final List<Grown> grown = new ArrayList<>(); // each answered link, children first

  TestingTree(TestingJob job) {
    this.job = job;
    this.manifest = SUBMITTER.sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(job.manifest));
    this.id = JobId.of(manifest);
    this.plan = Plan.of(job.manifest);
  }

  /** A plan node lent to {@code child}, and what the child lent of it. */
  record Branch(PlanNode node, Identity child, boolean answered, List<Branch> below) {}

  static Branch lent(PlanNode node, Identity child, Branch... below) {
    return new Branch(node, child, true, List.of(below));
  }

  /** A lease that nothing came of. */
  static Branch attempt(PlanNode node, Identity child) {
    return new Branch(node, child, false, List.of());
  }

  static PlanNode cells(int from, int to) {
    return new PlanNode.Cells(new Interval(from, to));
  }

  static Identity peer(int number) {
    byte[] secret = new byte[Identity.SEED_LENGTH];
    secret[0] = (byte) number;
    secret[1] = 7;
    return Identity.ofSeed(secret);
  }

  Link root() {
    return Link.ofJob(id, job.manifest);
  }

  /** What an honest lender lends of {@code node} under {@code above}. */
  Lease lease(Link above, PlanNode node, Identity child) {
    Budget whole = above.grant();
    Budget grant =
        new Budget(
            whole.fuel(),
            whole.leaves(),
            whole.bytes(),
            whole.memoryBytesMax(),
            whole.hops() - 1,
            whole.timeMillis());
    return new Lease(
        id,
        node,
        plan.key(node),
        cut(node, true),
        cut(node, false),
        job.node(node).part(),
        child.publicKey().peerId(),
        0,
        above.digest(),
        grant,
        above.tries(),
        grant.timeMillis(),
        0,
        above.notAfterMillis(),
        List.of(),
        List.of());
  }

  private long cut(PlanNode node, boolean begin) {
    if (!(node instanceof PlanNode.Cells(Interval interval))
        || job.manifest.splitRule() instanceof SplitRule.ByIndex) {
      return 0;
    }
    Cuts cuts = job.cuts();
    return cuts.cut(begin ? interval.from() : interval.to());
  }

  static Signed sign(Identity lender, Lease lease) {
    return lender.sign(SigningDomain.LEASE, WireCodec.encodeLease(lease));
  }

  static Signed sign(Identity holder, Receipt receipt) {
    return holder.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(receipt));
  }

  /** What the holder of {@code link} stands for, who rests on {@code direct}. */
  Receipt receipt(Link link, List<Digest> direct) {
    TestingJob.Node node = job.node(link.node());
    return new Receipt(
        id,
        plan.key(link.node()),
        link.digest(),
        node.value(),
        node.executionRoot(),
        node.leaves(),
        node.fuel(),
        direct.isEmpty() ? new Receipt.Ran() : Receipt.Merged.over(direct));
  }

  /** Here a test bends what a lender signs. */
  Lease bent(Branch branch, Lease lease) {
    return lease;
  }

  /** Here a test bends what a holder signs. */
  Receipt bent(Link link, Receipt receipt) {
    return receipt;
  }

  /** What stands below one link: its leases and receipts, and its own receipt. */
  record Grown(Link link, List<ReceiptEntry> lent, Signed receipt) {}

  /** Everything below {@code link}, which {@code holder} holds. */
  Grown grow(Link link, Identity holder, List<Branch> branches) {
    record Direct(PlanNode node, Digest receipt) {}
    List<ReceiptEntry> entries = new ArrayList<>();
    List<Direct> direct = new ArrayList<>();
    for (Branch branch : branches) {
      Lease lease = bent(branch, lease(link, branch.node(), branch.child()));
      Signed signed = sign(holder, lease);
      entries.add(new ReceiptEntry.LeaseEntry(signed));
      if (branch.answered()) {
        Grown below = grow(link.lent(signed.digest(), lease), branch.child(), branch.below());
        entries.add(new ReceiptEntry.ReceiptOfLease(below.receipt()));
        entries.addAll(below.lent());
        direct.add(new Direct(branch.node(), below.receipt().digest()));
      }
    }
    direct.sort(Comparator.comparing(Direct::node, PlanOrder.INSTANCE));
    Receipt receipt = receipt(link, direct.stream().map(Direct::receipt).toList());
    Grown whole = new Grown(link, entries, sign(holder, bent(link, receipt)));
    grown.add(whole);
    return whole;
  }

  /** The whole job. */
  Grown grow(Branch... branches) {
    return grow(root(), TestingJob.ENTRY, List.of(branches));
  }

  /** All entries below a link, as they are fetched. */
  List<ReceiptEntry> entries(Grown grown) {
    List<ReceiptEntry> entries = new ArrayList<>(grown.lent());
    job.steps(grown.link().node()).forEach(step -> entries.add(new ReceiptEntry.StepEntry(step)));
    return entries;
  }

  Verdict verdict(Grown grown) {
    return verdict(grown.link(), entries(grown), grown.receipt());
  }

  Verdict verdict(Link link, List<ReceiptEntry> entries, Signed receipt) {
    return new ReceiptCheck(id, job.manifest, job, link)
        .check(entries.iterator(), _ -> {}, () -> receipt);
  }
}
