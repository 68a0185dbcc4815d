package io.banyan.trust;

import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Checks what came of a link, be it a whole job or one lease, from manifest, module and input
 * alone: that every call is where the plan has it, that all digests follow from one another, that
 * whatever was lent below was lent within its bounds, and that each signer stands for just what the
 * steps come to. It shows integrity; whether the claims are true only running them again can show.
 *
 * <p>It needs memory for the leases, of which there are at most {@link Link#leasesMax}, and for one
 * way from the plan node to a leaf, however many steps there are. Whatever does not hold is the
 * fault of who holds the link: it stands for all below.
 *
 * <p>For one thread and one check.
 */
public final class ReceiptCheck {
  private final Manifest manifest;
  private final JobContent content;
  private final Link link;
  private final ReceiptRules rules;
  private final LentBelow below;

  /**
   * A check of what came of {@code link} in the job {@code job}, whose manifest's own signature was
   * checked before; so was the lease's, if it is one.
   *
   * @param content of the link's own bytes; of other cells nothing is asked
   */
  public ReceiptCheck(JobId job, Manifest manifest, JobContent content, Link link) {
    this(job, manifest, content, link, link.leasesMax(manifest));
  }

  ReceiptCheck(JobId job, Manifest manifest, JobContent content, Link link, int leasesMax) {
    this.manifest = manifest;
    this.content = content;
    this.link = link;
    this.rules = new ReceiptRules(job, manifest);
    this.below = new LentBelow(job, manifest, content, link, leasesMax);
  }

  /**
   * What is wrong with the link's receipt by itself, if anything is: worth knowing before what it
   * rests on is fetched. {@link #check} looks at it again.
   */
  public Optional<String> refusal(Signed receipt) {
    try {
      rules.answering(link, receipt);
      return Optional.empty();
    } catch (Breach e) {
      return Optional.of("receipt: " + e.reason());
    }
  }

  /**
   * Takes all of {@code entries}, then the receipt of the link.
   *
   * @param entries leases, each with the receipt that answers it directly behind, parents before
   *     children; then steps; then failures. What the iterator throws goes to the caller
   * @param observer is shown each step that is in its place, in order
   * @param receipt asked for once, when the entries are at their end
   */
  public Verdict check(
      Iterator<ReceiptEntry> entries, Consumer<Step> observer, Supplier<Signed> receipt) {
    try {
      Entries cursor = new Entries(entries);
      takeLent(cursor);
      PlanCheck.Found found =
          new PlanCheck(manifest, content, cursor, observer, below).from(link.node(), link.part());
      below.requireWhole();
      takeFailures(cursor);
      Receipt top = below.top(receipt.get(), found);
      return new Verdict.Accepted(top, below.attribution());
    } catch (Breach e) {
      return new Verdict.Rejected(e.reason());
    }
  }

  private void takeLent(Entries entries) throws Breach {
    while (entries.ahead().isPresent()) {
      switch (entries.ahead().get()) {
        case ReceiptEntry.LeaseEntry(Signed lease) -> below.lease(lease);
        case ReceiptEntry.ReceiptOfLease(Signed receipt) -> below.receipt(receipt);
        case ReceiptEntry.StepEntry _,
            ReceiptEntry.FailureEntry _,
            ReceiptEntry.ManifestEntry _,
            ReceiptEntry.ReceiptEnd _ -> {
          return;
        }
      }
      entries.skip();
    }
  }

  private void takeFailures(Entries entries) throws Breach {
    for (int number = 0; entries.ahead().isPresent(); number++) {
      if (!(entries.ahead().get() instanceof ReceiptEntry.FailureEntry(Signed failure))) {
        throw new Breach(
            Refused.Code.INVALID, "behind the steps come failures, and nothing else but the end");
      }
      below.failure(number, failure);
      entries.skip();
    }
  }
}
