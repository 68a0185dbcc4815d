package io.banyan.node;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.TrapKind;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Evidence;
import io.banyan.trust.Identity;
import io.banyan.trust.Link;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The receipt of a job that one process ran, written anew as if parts of it had been lent, by peers
 * made up here. Its rule is {@code bytes}, its module has a merge.
 */
public final class TestingLent {
  private final Signed signed;
  private final Manifest manifest;
  private final Cuts cuts;
  private final Plan plan;
  private final List<Step> steps = new ArrayList<>();
  private final Map<PlanNode, Claim> claims = new LinkedHashMap<>(); // execute or merge

  /** A plan node lent to {@code child}, and what the child lent of it. */
  public record Branch(Interval interval, Identity child, boolean answered, List<Branch> below) {
    static Branch lent(int from, int to, Identity child, Branch... below) {
      return new Branch(new Interval(from, to), child, true, List.of(below));
    }
  }

  /** What is to be written. */
  record Contents(Signed manifest, List<ReceiptEntry> entries, Signed root) {
    void write(Path path) throws IOException {
      try (OutputStream out = Files.newOutputStream(path)) {
        ReceiptFile.write(out, manifest, entries.iterator(), root);
      }
    }
  }

  private TestingLent(Path receipt) throws Exception {
    try (ReceiptReader reader = ReceiptReader.open(receipt)) {
      signed = reader.manifest();
      manifest = WireCodec.decodeManifest(signed.payload());
      reader
          .entries()
          .forEachRemaining(
              entry -> {
                Step step = ((ReceiptEntry.StepEntry) entry).step();
                steps.add(step);
                claims.put(step.node(), step.claim());
              });
    }
    cuts = manifest.cutsBySize().orElseThrow();
    plan = Plan.of(manifest);
  }

  /**
   * Writes {@code receipt}, of 18 cells or more, anew: {@code entry} lent cells 0 to 16 to peer 2,
   * who lent cell 3 to peer 3 and cell 5 to peer 4; and the cells behind them to peer 4, who
   * failed, and then to peer 3.
   *
   * @param entry who signed it
   */
  public static void rewrite(Path receipt, Identity entry) throws Exception {
    of(receipt, entry).write(receipt);
  }

  static Contents of(Path receipt, Identity entry) throws Exception {
    TestingLent job = new TestingLent(receipt);
    Identity four = TestingRun.identity(4);
    Interval last = new Interval(16, job.cuts.count());
    List<Branch> branches =
        List.of(
            Branch.lent(
                0,
                16,
                TestingRun.identity(2),
                Branch.lent(5, 6, four),
                Branch.lent(3, 4, TestingRun.identity(3))),
            new Branch(last, four, false, List.of()),
            new Branch(last, TestingRun.identity(3), true, List.of()));
    List<ReceiptEntry> entries = new ArrayList<>();
    Signed root =
        job.grow(Link.ofJob(JobId.of(job.signed), job.manifest), entry, branches, entries);
    Signed failed =
        entries.stream()
            .filter(ReceiptEntry.LeaseEntry.class::isInstance)
            .map(lease -> ((ReceiptEntry.LeaseEntry) lease).lease())
            .toList()
            .get(3);
    job.steps.forEach(step -> entries.add(new ReceiptEntry.StepEntry(step)));
    entries.add(new ReceiptEntry.FailureEntry(job.failure(failed, four)));
    return new Contents(job.signed, entries, root);
  }

  private Signed failure(Signed lease, Identity child) {
    PlanNode node = new PlanNode.Cells(new Interval(16, 17));
    Claim claim =
        new Claim(
            manifest.profile(),
            plan.key(node),
            GuestFunction.EXECUTE,
            Digest.ZERO,
            Digest.ZERO,
            0,
            0,
            new Outcome.Trapped(TrapKind.UNREACHABLE));
    return child.sign(
        SigningDomain.TASK_FAILURE,
        WireCodec.encodeTaskFailure(new TaskFailure(lease.digest(), node, claim)));
  }

  /** Adds what stands below {@code link}; the receipt of its holder. */
  private Signed grow(
      Link link, Identity holder, List<Branch> branches, List<ReceiptEntry> entries) {
    record Direct(int from, Digest receipt) {}
    List<Direct> direct = new ArrayList<>();
    for (Branch branch : branches) {
      Lease lease = lease(link, branch);
      Signed lent = holder.sign(SigningDomain.LEASE, WireCodec.encodeLease(lease));
      entries.add(new ReceiptEntry.LeaseEntry(lent));
      if (branch.answered) {
        List<ReceiptEntry> below = new ArrayList<>();
        Signed receipt = grow(link.lent(lent.digest(), lease), branch.child, branch.below, below);
        entries.add(new ReceiptEntry.ReceiptOfLease(receipt));
        entries.addAll(below);
        direct.add(new Direct(branch.interval.from(), receipt.digest()));
      }
    }
    direct.sort(Comparator.comparing(Direct::from));
    Receipt receipt = receipt(link, direct.stream().map(Direct::receipt).toList());
    return holder.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(receipt));
  }

  private Lease lease(Link above, Branch branch) {
    Budget whole = above.grant();
    PlanNode node = new PlanNode.Cells(branch.interval);
    return new Lease(
        JobId.of(signed),
        node,
        plan.key(node),
        cuts.cut(branch.interval.from()),
        cuts.cut(branch.interval.to()),
        Optional.empty(),
        branch.child.publicKey().peerId(),
        0,
        above.digest(),
        new Budget(
            whole.fuel(),
            whole.leaves(),
            whole.bytes(),
            whole.memoryBytesMax(),
            whole.hops() - 1,
            whole.timeMillis()),
        above.tries(),
        whole.timeMillis(),
        0,
        above.notAfterMillis(),
        List.of(),
        List.of());
  }

  private Receipt receipt(Link link, List<Digest> direct) {
    Interval interval = ((PlanNode.Cells) link.node()).interval();
    Claim claim = claim(interval);
    Evidence evidence = evidence(interval);
    return new Receipt(
        JobId.of(signed),
        plan.key(link.node()),
        link.digest(),
        new Value.Blob(new BlobRef(claim.output(), claim.outputBytes())),
        evidence.executionRoot(),
        evidence.leaves(),
        evidence.fuel(),
        direct.isEmpty() ? new Receipt.Ran() : Receipt.Merged.over(direct));
  }

  private Claim claim(Interval interval) {
    return Optional.ofNullable(claims.get(new PlanNode.Cells(interval))).orElseThrow();
  }

  private Evidence evidence(Interval interval) {
    if (interval.count() == 1) {
      return Evidence.ofLeaf(claim(interval));
    }
    return Evidence.ofInner(
        List.of(claim(interval)), cuts.children(interval).stream().map(this::evidence).toList());
  }
}
