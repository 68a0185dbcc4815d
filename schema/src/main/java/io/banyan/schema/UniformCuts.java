package io.banyan.schema;

/**
 * Cuts at every {@code chunkBytes} bytes, for the rules {@code bytes} and {@code records:N}.
 *
 * @param size 0 or more
 * @param chunkBytes 1 to {@link Limits#CHUNK_BYTES_MAX}
 */
public record UniformCuts(long size, int chunkBytes) implements Cuts {
  public UniformCuts {
    if (size < 0) {
      throw new IllegalArgumentException("input size is negative: " + size);
    }
    cells(size, chunkBytes); // throws when there are too many
  }

  /** max(1, ceil(size / chunkBytes)); at most {@link Limits#CELLS_MAX}. */
  static int cells(long size, int chunkBytes) {
    long cells = Math.max(1, Math.ceilDiv(size, requireChunkBytes(chunkBytes)));
    if (cells > Limits.CELLS_MAX) {
      throw new IllegalArgumentException(
          "input of "
              + size
              + " bytes in chunks of "
              + chunkBytes
              + " makes "
              + cells
              + " cells, limit "
              + Limits.CELLS_MAX
              + ": choose larger chunks");
    }
    return (int) cells;
  }

  static int requireChunkBytes(int chunkBytes) {
    if (chunkBytes < 1 || chunkBytes > Limits.CHUNK_BYTES_MAX) {
      throw new IllegalArgumentException(
          "chunk size is " + chunkBytes + " bytes, must be 1 to " + Limits.CHUNK_BYTES_MAX);
    }
    return chunkBytes;
  }

  @Override
  public int count() {
    return cells(size, chunkBytes);
  }

  @Override
  public long cut(int k) {
    return Math.min(size, (long) k * chunkBytes);
  }
}
