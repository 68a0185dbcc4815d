package io.banyan.schema;

import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * What a job computes: the tree that manifest and input determine, the same on every machine. This
 * class holds what all its plan nodes share, and names them; the shape is {@link Interval}'s, the
 * cuts are the input's.
 *
 * <p>Safe for any thread.
 */
public final class Plan {
  private final Manifest manifest;
  private final MessageDigest keyPrefix; // fed with all that the keys share; only ever cloned

  private Plan(Manifest manifest) {
    this.manifest = manifest;
    this.keyPrefix = keyPrefix(manifest);
  }

  /** The plan of {@code manifest}; the input's cuts come with its bytes. */
  public static Plan of(Manifest manifest) {
    return new Plan(manifest);
  }

  /**
   * The place of the whole.
   *
   * @param cuts of the input; not looked at under the rule {@code module}, which has none
   * @throws IllegalArgumentException if the rule makes cells, and there are no cuts
   */
  public PlanNode root(Optional<Cuts> cuts) {
    return manifest.splitRule() instanceof SplitRule.ByModule
        ? new PlanNode.Part(List.of())
        : new PlanNode.Cells(Interval.all(cuts.orElseThrow(this::noCuts).count()));
  }

  private IllegalArgumentException noCuts() {
    return new IllegalArgumentException(
        "split rule " + manifest.splitRule().words() + " makes cells, and there are no cuts");
  }

  /**
   * Why an input cannot be planned, if it cannot: the first cell over {@link
   * Limits#LEAF_BYTES_MAX}, by offset.
   */
  public static Optional<String> refusal(Cuts cuts) {
    for (int cell = 0; cell < cuts.count(); cell++) {
      long length = cuts.cut(cell + 1) - cuts.cut(cell);
      if (length > Limits.LEAF_BYTES_MAX) {
        return Optional.of(
            "the leaf at input offset "
                + cuts.cut(cell)
                + " is "
                + length
                + " bytes long, limit "
                + Limits.LEAF_BYTES_MAX);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a part of the guest's splits is run as it is, or split again.
   *
   * @param lengthBytes the part's
   * @param parentBytes the length of the part it was split from; Long.MAX_VALUE for the root
   */
  public boolean isLeaf(PlanNode.Part part, long lengthBytes, long parentBytes) {
    return lengthBytes <= manifest.chunkBytes()
        || part.path().size() >= Limits.SPLIT_DEPTH_MAX
        || lengthBytes >= parentBytes;
  }

  private static MessageDigest keyPrefix(Manifest manifest) {
    CallLimits limits = manifest.limits();
    Preimage preimage =
        Preimage.tagged("banyan/key/1")
            .shortAscii(manifest.profile().id())
            .blob(manifest.module())
            .blob(manifest.input())
            .blob(BlobRef.of(manifest.params().toArray()))
            .blobs(manifest.shared());
    switch (manifest.splitRule()) {
      case SplitRule.ByBytes() -> preimage.u8(1).u32(0);
      case SplitRule.ByRecords(int recordBytes) -> preimage.u8(2).u32(recordBytes);
      case SplitRule.ByLines() -> preimage.u8(3).u32(0);
      case SplitRule.ByIndex(int cells) -> preimage.u8(4).u32(cells);
      case SplitRule.ByModule() -> preimage.u8(5).u32(0);
    }
    return preimage
        .u32(manifest.chunkBytes())
        .u64(limits.fuel())
        .u64(limits.memoryBytesMax())
        .u64(limits.depthBytesMax())
        .u64(limits.outputBytesMax())
        .state();
  }

  /** The name of a plan node, equal on every machine. */
  public Digest key(PlanNode node) {
    Preimage preimage = Preimage.after(keyPrefix);
    return switch (node) {
      case PlanNode.Cells(Interval interval) ->
          preimage.u8(1).u32(interval.from()).u32(interval.to()).hash();
      case PlanNode.Part(List<Integer> path) -> path(preimage.u8(2), path).hash();
      case PlanNode.Parts(List<Integer> path, Interval interval) ->
          path(preimage.u8(3), path).u32(interval.from()).u32(interval.to()).hash();
    };
  }

  private static Preimage path(Preimage preimage, List<Integer> path) {
    preimage.u8(path.size());
    for (int index : path) {
      preimage.u32(index);
    }
    return preimage;
  }
}
