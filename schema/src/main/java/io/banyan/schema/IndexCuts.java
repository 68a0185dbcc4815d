package io.banyan.schema;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The cells of a job without input, rule {@code index:C}: none has bytes, none is empty.
 *
 * @param count C, 1 to {@link Limits#CELLS_MAX}
 */
public record IndexCuts(int count) implements Cuts {
  /** What leaf k is handed: u64le k, u64le C. */
  public static final int CHUNK_BYTES = 2 * Long.BYTES;

  public IndexCuts {
    if (count < 1 || count > Limits.CELLS_MAX) {
      throw new IllegalArgumentException(
          "index split into " + count + " cells, must be 1 to " + Limits.CELLS_MAX);
    }
  }

  @Override
  public long cut(int k) {
    return 0;
  }

  @Override
  public boolean isEmpty(Interval interval) {
    return false;
  }

  /** The chunk of leaf {@code k}. */
  public byte[] chunk(int k) {
    return ByteBuffer.allocate(CHUNK_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(k)
        .putLong(count)
        .array();
  }
}
