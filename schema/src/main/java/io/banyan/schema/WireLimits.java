package io.banyan.schema;

/**
 * The longest payloads of signed things. Each is what the longest value of its kind takes, rounded
 * up.
 */
public final class WireLimits {
  /** Params of 64 KiB, 64 keys, 16 labels. */
  public static final int MANIFEST_BYTES_MAX = 72 << 10; // 72 KiB

  /** 16 addresses, 64 hints. */
  public static final int LEASE_BYTES_MAX = 16 << 10; // 16 KiB

  /** The same over many receipts as over one. */
  public static final int RECEIPT_BYTES_MAX = 1 << 10; // 1 KiB

  /** A plan node, and a claim with a message of 1 KiB. */
  public static final int TASK_FAILURE_BYTES_MAX = 2 << 10; // 2 KiB

  /** A reason of 1 KiB. */
  public static final int CANCEL_BYTES_MAX = 2 << 10; // 2 KiB

  public static final int ACCEPTED_BYTES_MAX = 1 << 10; // 1 KiB

  /** The most leases in one chain: one for each hop. */
  public static final int CHAIN_MAX = Limits.HOPS_MAX;

  private WireLimits() {}
}
