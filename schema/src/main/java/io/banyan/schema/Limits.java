package io.banyan.schema;

/** The numbers of the plan. Each is part of the contract between nodes and never changes alone. */
public final class Limits {
  /** The unit that blobs are hashed and proven in. Small enough to check before it is used. */
  public static final int BLOCK_BYTES = 1 << 16; // 64 KiB

  /** The most cells of a plan: a key's interval fits two 32-bit numbers with room to spare. */
  public static final int CELLS_MAX = 1 << 24; // 16 777 216

  /** The longest chunk that a manifest may ask for. */
  public static final int CHUNK_BYTES_MAX = 16 << 20; // 16 MiB

  /** The longest leaf that is accepted: a leaf is handed to a guest in one piece. */
  public static final int LEAF_BYTES_MAX = 16 << 20; // 16 MiB

  /** The most children of an inner node: wide enough to be flat, narrow enough to merge. */
  public static final int FAN_OUT = 16;

  /** The longest params; they travel inside the manifest. */
  public static final int PARAMS_BYTES_MAX = 1 << 16; // 64 KiB

  /** The most shared blobs of a job. */
  public static final int SHARED_BLOBS_MAX = 8;

  /** The largest module that is looked at. */
  public static final int MODULE_BYTES_MAX = 8 << 20; // 8 MiB

  /** The most parts that one split may return. */
  public static final int PARTS_MAX = 4096;

  /** The most splits between the root and a leaf under the {@code module} rule. */
  public static final int SPLIT_DEPTH_MAX = 8;

  /** The most leaves under the {@code module} rule, where their number is not known before. */
  public static final int MODULE_LEAVES_MAX = 1 << 20; // 1 048 576

  /** The most hops between the entry node and the machine that runs a leaf. */
  public static final int HOPS_MAX = 8;

  /** How far the clocks of two machines may differ: wall time bounds nothing more tightly. */
  public static final long CLOCK_LEEWAY_MILLIS = 5 * 60 * 1000; // 5 min

  private Limits() {}
}
