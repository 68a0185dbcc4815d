package io.banyan.schema;

/**
 * One frame of a job receipt: the file that a user keeps. The manifest comes first; then the
 * leases, parents before children, each with the receipt that answers it directly behind; the steps
 * in the order in which one worker would have made them; the failures; and the end.
 *
 * <p>What a lender fetches from a child is leases and receipts, then steps, in the same order.
 */
public sealed interface ReceiptEntry {
  /** The signed manifest. */
  record ManifestEntry(Signed manifest) implements ReceiptEntry {
    public ManifestEntry {
      Rules.signed("manifest", manifest, WireLimits.MANIFEST_BYTES_MAX);
    }
  }

  /** A signed lease, whether anything came of it or not. */
  record LeaseEntry(Signed lease) implements ReceiptEntry {
    public LeaseEntry {
      Rules.signed("lease", lease, WireLimits.LEASE_BYTES_MAX);
    }
  }

  /** The signed receipt that answers the lease directly before it. */
  record ReceiptOfLease(Signed receipt) implements ReceiptEntry {
    public ReceiptOfLease {
      Rules.signed("receipt", receipt, WireLimits.RECEIPT_BYTES_MAX);
    }
  }

  /** One call of the plan. */
  record StepEntry(Step step) implements ReceiptEntry {}

  /** A signed task failure. */
  record FailureEntry(Signed failure) implements ReceiptEntry {
    public FailureEntry {
      Rules.signed("task failure", failure, WireLimits.TASK_FAILURE_BYTES_MAX);
    }
  }

  /** The signed receipt of the root; nothing comes behind it but the file's digest. */
  record ReceiptEnd(Signed receipt) implements ReceiptEntry {
    public ReceiptEnd {
      Rules.signed("receipt", receipt, WireLimits.RECEIPT_BYTES_MAX);
    }
  }
}
