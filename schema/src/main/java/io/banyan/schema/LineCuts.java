package io.banyan.schema;

import java.util.Arrays;
import java.util.Objects;

/**
 * Cuts after line feeds: cut(k) is the first p ≥ k·chunkBytes with p = size or byte p − 1 = LF. A
 * long line makes one long leaf and empty neighbours.
 */
public final class LineCuts implements Cuts {
  private final long size;
  private final int chunkBytes;
  private final int count;
  private final int firstCell; // the first k whose cut is known
  private final int[] lateBytes; // cut(k) − k·chunkBytes for firstCell ≤ k, as far as it is known

  private LineCuts(long size, int chunkBytes, int count, int firstCell, int[] lateBytes) {
    this.size = size;
    this.chunkBytes = chunkBytes;
    this.count = count;
    this.firstCell = firstCell;
    this.lateBytes = lateBytes;
  }

  @Override
  public int count() {
    return count;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IndexOutOfBoundsException if these are the cuts of a range of cells, and it is not in
   *     it
   */
  @Override
  public long cut(int k) {
    Objects.checkIndex(k - firstCell, lateBytes.length);
    return k == count ? size : (long) k * chunkBytes + lateBytes[k - firstCell];
  }

  /** All bytes of the input, also where these are the cuts of a range of cells. */
  @Override
  public long size() {
    return size;
  }

  /**
   * Finds the cuts while the input streams by, in memory for four bytes a cell. It looks only at
   * the bytes between the nominal end of a chunk and the next line feed.
   *
   * <p>For one thread and one input.
   */
  public static final class Finder {
    private final int chunkBytes;
    private final int firstCell;
    private int[] lateBytes = new int[64]; // from firstCell on
    private long position;
    private int next; // the first k whose cut is not known

    /**
     * A finder at the start of an input.
     *
     * @param chunkBytes 1 to {@link Limits#CHUNK_BYTES_MAX}
     */
    public Finder(int chunkBytes) {
      this(chunkBytes, 0);
    }

    /**
     * A finder of the cuts from that of {@code firstCell} on. The first byte it takes is the one at
     * {@link #firstByte}.
     *
     * @param chunkBytes 1 to {@link Limits#CHUNK_BYTES_MAX}
     * @param firstCell 0 to {@link Limits#CELLS_MAX}
     */
    public Finder(int chunkBytes, int firstCell) {
      Rules.range("first cell", firstCell, 0, Limits.CELLS_MAX);
      this.chunkBytes = UniformCuts.requireChunkBytes(chunkBytes);
      this.firstCell = firstCell;
      this.position = firstByte(chunkBytes, firstCell);
      this.next = Math.max(1, firstCell); // cut(0) is 0, and lateBytes[0] with it
    }

    /** The first byte that tells where {@code firstCell} begins: the last one before its chunk. */
    public static long firstByte(int chunkBytes, int firstCell) {
      return Math.max(0, (long) firstCell * chunkBytes - 1);
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
        if (next - firstCell == lateBytes.length) {
          lateBytes = Arrays.copyOf(lateBytes, 2 * lateBytes.length);
        }
        lateBytes[next - firstCell] = late(next, cut);
        next++;
      }
    }

    /** Capped: a leaf that is late by more than an int is over its limit by far, and refused. */
    private int late(int k, long cut) {
      return (int) Math.min(cut - (long) k * chunkBytes, Integer.MAX_VALUE);
    }

    /** Whether the bytes taken so far show where cell {@code k} begins, by a line feed. */
    public boolean found(int k) {
      return k < next;
    }

    /**
     * The cuts of all that was taken: it was the whole input.
     *
     * @throws IllegalArgumentException if the input has more than {@link Limits#CELLS_MAX} cells
     */
    public LineCuts finish() {
      if (firstCell > 0) {
        throw new IllegalStateException("the cuts before cell " + firstCell + " were not found");
      }
      return finish(UniformCuts.cells(position, chunkBytes), position);
    }

    /**
     * The cuts of an input of {@code size} bytes from cell {@code firstCell} up to that of {@code
     * endCell}, which is the end of the input if it has as many cells.
     *
     * @throws IllegalArgumentException if the input has not these cells, or too many of them
     * @throws IllegalStateException if more of the input must be taken before they are known
     */
    public LineCuts finish(int endCell, long size) {
      int cells = UniformCuts.cells(size, chunkBytes);
      Rules.range("end cell", endCell, firstCell, cells);
      if (position > size) {
        throw new IllegalArgumentException(
            "bytes up to " + position + " of an input of " + size + " were taken");
      }
      if (position < size && !found(Math.min(endCell, cells - 1))) {
        throw new IllegalStateException(
            "where cell " + endCell + " begins is not known from the bytes before " + position);
      }
      int[] late = Arrays.copyOf(lateBytes, endCell - firstCell + 1);
      for (int k = next; k <= endCell; k++) {
        late[k - firstCell] = late(k, size);
      }
      return new LineCuts(size, chunkBytes, cells, firstCell, late);
    }
  }
}
