package io.banyan.schema;

import java.util.List;

/** Cuts between the parts that a guest's {@code split} returned. */
public final class PartCuts implements Cuts {
  private final List<BlobRef> parts;
  private final long[] cuts;

  /** The cuts between {@code parts}: 1 to {@link Limits#PARTS_MAX} of them. */
  public PartCuts(List<BlobRef> parts) {
    if (parts.isEmpty() || parts.size() > Limits.PARTS_MAX) {
      throw new IllegalArgumentException(
          "split into " + parts.size() + " parts, must be 1 to " + Limits.PARTS_MAX);
    }
    this.parts = List.copyOf(parts);
    cuts = new long[parts.size() + 1];
    for (int k = 0; k < parts.size(); k++) {
      cuts[k + 1] = Math.addExact(cuts[k], parts.get(k).length());
    }
  }

  public BlobRef part(int k) {
    return parts.get(k);
  }

  @Override
  public int count() {
    return parts.size();
  }

  @Override
  public long cut(int k) {
    return cuts[k];
  }
}
