package io.banyan.trust;

import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.Profile;
import io.banyan.schema.Receipt;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.WireCodec;
import java.util.List;

/** What one receipt must be, under the link that it answers. */
final class ReceiptRules {
  private final JobId job;
  private final Manifest manifest;
  private final Plan plan;

  ReceiptRules(JobId job, Manifest manifest) {
    this.job = job;
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
  }

  /** What can be seen before there are steps: who signed what, for which link. */
  Receipt answering(Link link, Signed signed) throws Breach {
    if (!signed.signer().equals(link.holder().key())) {
      throw breach(
          "it is signed by "
              + signed.signer()
              + ", not by "
              + link.holder()
              + (link.isJob() ? ", to whom the job was submitted" : ", to whom it was lent"));
    }
    if (!Signatures.hold(SigningDomain.RECEIPT, signed)) {
      throw breach("its signature does not hold");
    }
    Receipt receipt = decode(signed);
    if (!receipt.job().equals(job)) {
      throw breach("it is for the job " + receipt.job());
    }
    if (!receipt.lease().equals(link.digest())) {
      throw breach(
          "it answers the lease "
              + receipt.lease()
              + (link.isJob() ? ", not the job itself" : ", not " + link.digest()));
    }
    Digest key = plan.key(link.node());
    if (!receipt.key().equals(key)) {
      throw breach(
          (link.isJob() ? "its plan hash is " : "its key is ")
              + receipt.key()
              + ", the plan's is "
              + key);
    }
    if (receipt.leaves() > link.grant().leaves() || receipt.fuel() > link.grant().fuel()) {
      throw breach(
          "it counts "
              + receipt.leaves()
              + " leaves and fuel "
              + receipt.fuel()
              + ", granted were "
              + link.grant().leaves()
              + " and "
              + link.grant().fuel());
    }
    return receipt;
  }

  private static Receipt decode(Signed signed) throws Breach {
    try {
      return WireCodec.decodeReceipt(signed.payload());
    } catch (MalformedMessageException e) {
      throw breach(String.valueOf(e.getMessage()));
    }
  }

  /** Whether it says of its plan node what the steps do. */
  void requireFound(Receipt receipt, PlanCheck.Found found) throws Breach {
    Evidence evidence = found.evidence();
    if (!receipt.executionRoot().equals(evidence.executionRoot())) {
      throw breach(
          "its execution hash is "
              + receipt.executionRoot()
              + ", that of the steps is "
              + evidence.executionRoot());
    }
    if (receipt.leaves() != evidence.leaves() || receipt.fuel() != evidence.fuel()) {
      throw breach(
          "it counts "
              + receipt.leaves()
              + " leaves and fuel "
              + receipt.fuel()
              + ", the steps have "
              + evidence.leaves()
              + " and "
              + evidence.fuel());
    }
    if (manifest.profile().equals(Profile.ONE) && evidence.fuel() != 0) {
      throw breach("it counts fuel under a profile that has none");
    }
    if (!receipt.value().equals(found.value())) {
      throw breach("its output hash is not that of the last step");
    }
  }

  /**
   * Whether it stands on what is here.
   *
   * @param direct digests of the receipts for what its signer lent, in the order of the plan
   */
  static void requireBasis(Receipt receipt, List<Digest> direct) throws Breach {
    switch (receipt.basis()) {
      case Receipt.Ran() -> {
        if (!direct.isEmpty()) {
          throw breach(
              "it says that its signer ran all of it, and others signed "
                  + direct.size()
                  + " receipts for pieces of it");
        }
      }
      case Receipt.Merged merged -> requireMerged(merged, direct);
      case Receipt.Reused() ->
          throw breach("it rests on a value that was remembered, and nothing here shows it");
    }
  }

  private static void requireMerged(Receipt.Merged merged, List<Digest> direct) throws Breach {
    if (direct.isEmpty()) {
      throw breach("it rests on other peers' receipts, and holds none");
    }
    Receipt.Merged here = Receipt.Merged.over(direct);
    if (!merged.equals(here)) {
      throw breach(
          "it rests on "
              + merged.lentCount()
              + " receipts with the root "
              + merged.lentRoot()
              + ", here are "
              + here.lentCount()
              + " with the root "
              + here.lentRoot());
    }
  }

  private static Breach breach(String reason) {
    return new Breach(Refused.Code.INVALID, reason);
  }
}
