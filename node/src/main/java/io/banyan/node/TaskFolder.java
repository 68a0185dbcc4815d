package io.banyan.node;

import com.google.common.collect.Iterators;
import io.banyan.delegation.CallReport;
import io.banyan.delegation.Command;
import io.banyan.delegation.Decision;
import io.banyan.delegation.Delivery;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import io.banyan.delegation.PlannedCall;
import io.banyan.delegation.Task;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Link;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this node keeps for one task: by what right it works, what it works on, and what came of it
 * so far. It is closed by whoever made it, when nobody will ask for its values any more.
 *
 * <p>Safe for any thread.
 */
public final class TaskFolder implements AutoCloseable {
  private final Task task;
  private final Authority authority;
  private final Material material;
  private final GuestCalls calls;
  private final BlobStore values;
  private final ClaimLog claims;
  private final Recollection recollection;
  private final Consumer<Decision> explained;
  private final LongAdder leavesDone = new LongAdder();
  private final LongAdder fuelSpent = new LongAdder();
  private final LongAdder leavesReused = new LongAdder();
  private final Reported reported = new Reported();
  private final TaskLog log = new TaskLog();
  private final GuestProgress guestProgress = new GuestProgress();

  private final Map<Long, Staged> staged = new ConcurrentHashMap<>(); // by lease, until it is used
  private final CompletableFuture<JobEnd> end = new CompletableFuture<>();
  private @Nullable IOException trouble; // for the driver thread alone
  private volatile boolean cancelled; // by anybody, read by the driver thread

  /**
   * What entitles this node to the task.
   *
   * @param chain the leases from the entry node's down to its own; none at the entry node
   * @param link the last of them, or the job itself
   */
  public record Authority(Signed manifest, List<Signed> chain, Link link) {
    public Authority {
      chain = List.copyOf(chain);
    }
  }

  /**
   * What a peer delivered, checked, and where it is kept until it is known to be used.
   *
   * @param delivery whose value's blobs are held for it
   * @param leases where the claim log has the lease, the receipt, and those below
   * @param steps where it has the steps
   */
  public record Staged(Delivery delivery, List<Long> leases, List<Long> steps) {
    public Staged {
      leases = List.copyOf(leases);
      steps = List.copyOf(steps);
    }
  }

  /** A folder for {@code task}; {@code explained} is told each decision about it. */
  public TaskFolder(
      Task task,
      Authority authority,
      Material material,
      GuestCalls calls,
      BlobStore values,
      ClaimLog claims,
      Consumer<Decision> explained) {
    this(task, authority, material, calls, values, claims, Recollection.NOTHING, explained);
  }

  /** As the other, for a task that begins from what {@code recollection} found for it. */
  public TaskFolder(
      Task task,
      Authority authority,
      Material material,
      GuestCalls calls,
      BlobStore values,
      ClaimLog claims,
      Recollection recollection,
      Consumer<Decision> explained) {
    this.recollection = recollection;
    this.task = task;
    this.authority = authority;
    this.material = material;
    this.calls = calls;
    this.values = values;
    this.claims = claims;
    this.explained = explained;
  }

  public Task task() {
    return task;
  }

  public Digest link() {
    return task.link();
  }

  public Authority authority() {
    return authority;
  }

  public Material material() {
    return material;
  }

  public BlobStore values() {
    return values;
  }

  public ClaimLog claims() {
    return claims;
  }

  /**
   * How the task ended; exceptionally if this node's disk or its own code failed, and cancelled if
   * the node is stopped before it has ended.
   */
  public CompletableFuture<JobEnd> end() {
    return end;
  }

  /** Time that its calls have spent in guests so far, in nanoseconds. */
  public long guestNanos() {
    return calls.guestNanos();
  }

  CallReport make(PlannedCall call) {
    try {
      return calls.make(call, log, guestProgress.of(call));
    } finally {
      guestProgress.over(call);
    }
  }

  /** What guests say that they have done of the leaves that run here now, in leaves. */
  public double leavesUnderWay() {
    return guestProgress.leaves();
  }

  void explained(Decision decision) {
    explained.accept(decision);
  }

  void release(List<BlobRef> blobs) throws IOException {
    for (BlobRef blob : blobs) {
      values.release(blob);
    }
  }

  /** Keeps what was delivered under {@code lease} until it is used, or dropped. */
  public void stage(long lease, Staged delivery) {
    staged.put(lease, delivery);
  }

  void adopt(Command.Adopt adopt) throws IOException {
    Staged delivery = staged.remove(adopt.lease());
    if (delivery == null) {
      throw new IllegalStateException("nothing was delivered under lease " + adopt.lease());
    }
    Delivery what = delivery.delivery;
    Known.Finished finished =
        new Known.Finished(
            what.value(), what.evidence(), List.of(what.receipt()), 1 + what.leasesBelow());
    claims.adopt(adopt.node(), finished, delivery.leases, delivery.steps);
    leavesDone.add(what.evidence().leaves());
    fuelSpent.add(what.evidence().fuel());
  }

  void reuse(Command.Reuse reuse) throws IOException {
    Known.Finished what = task.known().at(reuse.node()).orElseThrow();
    Optional<List<Long>> steps = recollection.stepsOf(reuse.node());
    if (steps.isPresent()) { // else they are in the log already
      claims.adopt(reuse.node(), what, List.of(), steps.get());
    }
    leavesDone.add(what.evidence().leaves());
    leavesReused.add(what.evidence().leaves());
    fuelSpent.add(what.evidence().fuel());
  }

  void record(Command.Record record) throws IOException {
    claims.append(record);
    record.steps().forEach(step -> fuelSpent.add(step.claim().fuel()));
    if (record.children().isEmpty()) {
      leavesDone.increment();
    }
  }

  /** What was delivered under {@code lease}, and not used by now, came too late. */
  void drop(long lease) throws IOException {
    Staged delivery = staged.remove(lease);
    if (delivery != null) {
      release(delivery.delivery.value(), steps(claims.staged(delivery.steps)));
    }
  }

  /** What a plan node came to is of no use any more. */
  void forget(Command.Forget forget) throws IOException {
    release(forget.value(), claims.steps(forget.node()));
    claims.forget(forget.node());
  }

  private static Iterator<Step> steps(Iterator<ReceiptEntry> entries) {
    return Iterators.transform(
        Iterators.filter(entries, ReceiptEntry.StepEntry.class), ReceiptEntry.StepEntry::step);
  }

  private void release(Value value, Iterator<Step> steps) throws IOException {
    Iterator<BlobRef> blobs = Recollection.blobs(value, steps);
    while (blobs.hasNext()) {
      values.release(blobs.next());
    }
  }

  /** Leaves that were known when the task began, as far as they are used. */
  public long leavesReused() {
    return leavesReused.sum();
  }

  /** Writes what {@code node} came to: a blob, or the outputs of a rope's leaves in order. */
  void writeValue(PlanNode node, Value value, OutputStream out) throws IOException {
    switch (value) {
      case Value.Blob(BlobRef ref) -> out.write(values.get(ref));
      case Value.Rope _ -> {
        Iterator<Step> steps = claims.steps(node);
        while (steps.hasNext()) {
          Claim claim = steps.next().claim();
          if (claim.function() == GuestFunction.EXECUTE) {
            out.write(values.get(new BlobRef(claim.output(), claim.outputBytes())));
          }
        }
      }
      case Value.Empty() -> {}
    }
  }

  /** Leaves executed so far, here and by peers; those that were run twice count twice. */
  public long leavesDone() {
    return leavesDone.sum();
  }

  /** Fuel that went into what was recorded or adopted so far; what was lost is not counted. */
  public long fuelSpent() {
    return fuelSpent.sum();
  }

  /** What guests logged. */
  public TaskLog log() {
    return log;
  }

  /** What children say of the leases that are out. */
  public Reported reported() {
    return reported;
  }

  /** All that was done so far, with what children say of the leases that are out. */
  public Reported.Sum progress() {
    return reported.sum().plus(new Reported.Sum(leavesDone(), fuelSpent()));
  }

  /** The disk failed the task; it ends with {@code cause}. */
  void broke(IOException cause) {
    trouble = cause;
  }

  boolean isBroken() {
    return trouble != null;
  }

  /** Nobody wants it any more. */
  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** How it would have ended nobody will know. */
  void abandoned() {
    end.cancel(false);
  }

  void ended(JobEnd how) {
    IOException cause = trouble;
    if (cause == null) {
      end.complete(how);
    } else {
      end.completeExceptionally(cause);
    }
  }

  /** Our own code failed. */
  void failed(Throwable bug) {
    end.completeExceptionally(bug);
  }

  /** By what right this node stands for what the task came to. */
  public Receipt.Basis basis(JobEnd.Completed completed) {
    List<Digest> lent = completed.lentReceipts();
    if (lent.isEmpty()) {
      return new Receipt.Ran();
    }
    return Receipt.Merged.over(lent);
  }

  /** The leases and receipts below, in the order of the plan, each lease before its receipt. */
  public Iterator<ReceiptEntry> leases(JobEnd.Completed completed) {
    List<Long> places = new ArrayList<>();
    for (Digest receipt : completed.lentReceipts()) {
      places.addAll(claims.leasePlaces(receipt));
    }
    return claims.staged(places);
  }

  /** The steps of all calls, in the order of the plan. */
  public Iterator<Step> steps() throws IOException {
    return claims.steps(task.node());
  }

  /** All that speaks for what it came to: leases and receipts, then steps. */
  public Iterator<ReceiptEntry> evidence(JobEnd.Completed completed) throws IOException {
    return Iterators.concat(
        leases(completed), Iterators.transform(steps(), ReceiptEntry.StepEntry::new));
  }

  @Override
  public void close() throws IOException {
    try (values;
        claims) {
      staged.clear();
    }
  }
}
