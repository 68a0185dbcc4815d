package io.banyan.node;

import io.banyan.delegation.JobEnd;
import io.banyan.schema.Digest;
import io.banyan.schema.Plan;
import io.banyan.schema.Receipt;
import io.banyan.schema.Signed;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Evidence;
import io.banyan.trust.Identity;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A completed job: its four hashes, its value, and the receipt of who ran it.
 *
 * <p>Usable while the folder that it was made from is open.
 */
public final class Answer {
  private final PreparedJob job;
  private final Digest planHash;
  private final Value value;
  private final Evidence evidence;
  private final JobEnd.Completed completed;
  private final TaskFolder folder;

  private Answer(PreparedJob job, JobEnd.Completed completed, TaskFolder folder) {
    Plan plan = Plan.of(job.draft().manifest());
    this.job = job;
    this.planHash = plan.key(folder.task().node());
    this.value = completed.value();
    this.evidence = completed.evidence();
    this.completed = completed;
    this.folder = folder;
  }

  /** What {@code job} came to, with its values and steps in {@code folder}. */
  public static Answer of(PreparedJob job, JobEnd.Completed completed, TaskFolder folder) {
    return new Answer(job, completed, folder);
  }

  public Digest inputHash() {
    return job.draft().manifest().input().digest();
  }

  /** The key of the plan's root. */
  public Digest planHash() {
    return planHash;
  }

  /** The root of the claim tree. */
  public Digest executionHash() {
    return evidence.executionRoot();
  }

  public Digest outputHash() {
    return value.named().digest();
  }

  public long outputBytes() {
    return value.named().length();
  }

  public long leaves() {
    return evidence.leaves();
  }

  public long fuel() {
    return evidence.fuel();
  }

  /** Writes the output's bytes, in order. */
  public void writeOutput(OutputStream out) throws IOException {
    if (value instanceof Value.Empty) {
      throw new IllegalStateException("a root is never empty");
    }
    folder.writeValue(folder.task().node(), value, out);
  }

  /** Writes the job receipt, with {@code runner} standing for all of it. */
  public void writeReceipt(OutputStream out, Identity runner) throws IOException {
    Receipt receipt =
        new Receipt(
            job.id(),
            planHash,
            job.id().digest(),
            value,
            evidence.executionRoot(),
            evidence.leaves(),
            evidence.fuel(),
            folder.basis(completed));
    Signed signed = runner.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(receipt));
    ReceiptFile.write(out, job.signed(), folder.evidence(completed), signed);
  }
}
