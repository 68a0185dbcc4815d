package io.banyan.trust;

import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.Profile;
import io.banyan.schema.Receipt;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.WireCodec;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Checks a job's steps and the root's receipt over them, from manifest, module and input alone:
 * that every call is where the plan has it, that all digests follow from one another, and that the
 * signer stands for just that. It shows integrity; whether the claims are true only running them
 * again can show.
 */
public final class ReceiptCheck {
  private final JobId job;
  private final Manifest manifest;
  private final JobContent content;

  /** A check of the job {@code job}, whose manifest's own signature was checked before. */
  public ReceiptCheck(JobId job, Manifest manifest, JobContent content) {
    this.job = job;
    this.manifest = manifest;
    this.content = content;
  }

  /**
   * Takes all of {@code steps}, then the receipt.
   *
   * @param observer is shown each step that is in its place, in order
   * @param receipt asked for once, when the steps are at their end
   */
  public Verdict check(Iterator<Step> steps, Consumer<Step> observer, Supplier<Signed> receipt) {
    try {
      PlanCheck.Found found = new PlanCheck(manifest, content, steps, observer).root();
      return stands(receipt.get(), found);
    } catch (PlanCheck.Mismatch e) {
      return new Verdict.Rejected(String.valueOf(e.getMessage()));
    }
  }

  private Verdict stands(Signed signed, PlanCheck.Found found) {
    if (!signed.signer().equals(manifest.entry())) {
      return rejected(
          "it is signed by "
              + signed.signer()
              + ", not by "
              + manifest.entry()
              + ", to whom the job was submitted");
    }
    if (!Signatures.hold(SigningDomain.RECEIPT, signed)) {
      return rejected("its signature does not hold");
    }
    Receipt receipt;
    try {
      receipt = WireCodec.decodeReceipt(signed.payload());
    } catch (MalformedMessageException e) {
      return rejected(String.valueOf(e.getMessage()));
    }
    if (!receipt.job().equals(job)) {
      return rejected("it is for the job " + receipt.job());
    }
    if (!receipt.lease().equals(job.digest())) {
      return rejected("it answers the lease " + receipt.lease() + ", not the job itself");
    }
    if (!receipt.key().equals(rootKey())) {
      return rejected("its plan hash is " + receipt.key() + ", the plan's is " + rootKey());
    }
    Evidence evidence = found.evidence();
    if (!receipt.executionRoot().equals(evidence.executionRoot())) {
      return rejected(
          "its execution hash is "
              + receipt.executionRoot()
              + ", that of the steps is "
              + evidence.executionRoot());
    }
    if (receipt.leaves() != evidence.leaves() || receipt.fuel() != evidence.fuel()) {
      return rejected(
          "it counts "
              + receipt.leaves()
              + " leaves and fuel "
              + receipt.fuel()
              + ", the steps have "
              + evidence.leaves()
              + " and "
              + evidence.fuel());
    }
    if (manifest.profile().equals(Profile.UNMETERED) && evidence.fuel() != 0) {
      return rejected("it counts fuel under a profile that has none");
    }
    if (!receipt.value().equals(found.value())) {
      return rejected("its output hash is not that of the last step");
    }
    return switch (receipt.basis()) {
      case Receipt.Ran() -> new Verdict.Accepted();
      case Receipt.Merged(Digest _, int _), Receipt.Reused() ->
          rejected("it rests on other peers' receipts, and holds none");
    };
  }

  private Digest rootKey() {
    Plan plan = Plan.of(manifest);
    return plan.key(plan.root(PlanCheck.cuts(manifest, content)));
  }

  private static Verdict rejected(String reason) {
    return new Verdict.Rejected("root receipt: " + reason);
  }
}
