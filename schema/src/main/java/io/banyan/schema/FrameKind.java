package io.banyan.schema;

/** What a stream of frames carries, and how long one frame of it may be. */
public enum FrameKind {
  /** {@code /banyan/task/1}: an offer with manifest and eight leases is the longest. */
  TASK(512 << 10), // 512 KiB
  /** {@code /banyan/data/1}: headers; the bytes come behind them. */
  DATA(8 << 10), // 8 KiB
  /** A request on {@code /banyan/client/1}, which anybody may send: a manifest is the longest. */
  CLIENT_REQUEST(80 << 10), // 80 KiB
  /** An answer on {@code /banyan/client/1}: 512 decision lines are the longest. */
  CLIENT(1 << 20), // 1 MiB
  /** A job receipt, in its file or on its way: the step of the widest split is the longest. */
  RECEIPT_ENTRY(256 << 10); // 256 KiB

  private final int bytesMax;

  FrameKind(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** The longest message in a frame, without the four bytes of its length. */
  public int bytesMax() {
    return bytesMax;
  }
}
