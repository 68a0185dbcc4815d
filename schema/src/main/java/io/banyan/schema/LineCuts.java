package io.banyan.schema;

import java.util.Arrays;

/**
 * Cuts after line feeds: cut(k) is the first p ≥ k·chunkBytes with p = size or byte p − 1 = LF. A
 * long line makes one long leaf and empty neighbours.
 */
public final class LineCuts implements Cuts {
  private final long size;
  private final int chunkBytes;
  private final int[] lateBytes; // cut(k) − k·chunkBytes for 0 < k < count

  private LineCuts(long size, int chunkBytes, int[] lateBytes) {
    this.size = size;
    this.chunkBytes = chunkBytes;
    this.lateBytes = lateBytes;
  }

  @Override
  public int count() {
    return lateBytes.length;
  }

  @Override
  public long cut(int k) {
    if (k == 0) {
      return 0;
    }
    return k == count() ? size : (long) k * chunkBytes + lateBytes[k];
  }

  /**
   * Finds the cuts while the input streams by, in memory for four bytes a cell. It looks only at
   * the bytes between the nominal end of a chunk and the next line feed.
   *
   * <p>For one thread and one input.
   */
  public static final class Finder {
    private final int chunkBytes;
    private int[] lateBytes = new int[64];
    private long position;
    private int next = 1; // the first k whose cut is not known

    /**
     * A finder at the start of an input.
     *
     * @param chunkBytes 1 to {@link Limits#CHUNK_BYTES_MAX}
     */
    public Finder(int chunkBytes) {
      this.chunkBytes = UniformCuts.requireChunkBytes(chunkBytes);
    }

    /** Takes the next bytes of the input. */
    public void update(byte[] bytes, int offset, int count) {
      long end = position + count;
      long candidate = Math.max(position + 1, nominal());
      while (candidate <= end) {
        if (bytes[offset + (int) (candidate - 1 - position)] == '\n') {
          cutAt(candidate);
          candidate = Math.max(candidate + 1, nominal());
        } else {
          candidate++;
        }
      }
      position = end;
    }

    private long nominal() {
      return next > Limits.CELLS_MAX ? Long.MAX_VALUE : (long) next * chunkBytes;
    }

    private void cutAt(long cut) {
      while (nominal() <= cut) {
        if (next == lateBytes.length) {
          lateBytes = Arrays.copyOf(lateBytes, 2 * lateBytes.length);
        }
        lateBytes[next] = late(next, cut);
        next++;
      }
    }

    /** Capped: a leaf that is late by more than an int is over its limit by far, and refused. */
    private int late(int k, long cut) {
      return (int) Math.min(cut - (long) k * chunkBytes, Integer.MAX_VALUE);
    }

    /**
     * The cuts of all that was taken.
     *
     * @throws IllegalArgumentException if the input has more than {@link Limits#CELLS_MAX} cells
     */
    public LineCuts finish() {
      int cells = UniformCuts.cells(position, chunkBytes);
      int[] late = Arrays.copyOf(lateBytes, cells);
      for (int k = next; k < cells; k++) {
        late[k] = late(k, position);
      }
      return new LineCuts(position, chunkBytes, late);
    }
  }
}
