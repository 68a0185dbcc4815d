package io.banyan.node;

import io.banyan.schema.Limits;
import java.util.OptionalLong;

/**
 * How values grow as more leaves are merged: the lowest merges are handed leaves' values, those
 * above them merged ones.
 *
 * @param leaves whose values were merged into one
 * @param leafBytesMax the longest value of a leaf
 * @param mergedBytes the length of what all come to; 0 if nothing was merged
 */
public record ValueGrowth(int leaves, long leafBytesMax, long mergedBytes) {
  private static final double EXPONENT_MIN = 0.02; // below it, a longer number and no more

  /** What a merge of a full plan node is handed: a count, and a length for each value. */
  static long framedBytes(long valueBytes) {
    return 4 + Limits.FAN_OUT * (4 + valueBytes);
  }

  /** Whether 16 values of leaves, the longest seen each, are more than a merge may be handed. */
  public boolean exceedsAtOnce(long mergeInputBytesMax) {
    return framedBytes(leafBytesMax) > mergeInputBytesMax;
  }

  /**
   * The number of leaves, as long as those tried, over which a merge would be handed more than it
   * may; none if values do not grow, or no plan has so many. Values are taken to grow as a power of
   * the leaves: with 1 as lists do, with less as sets do.
   */
  public OptionalLong leavesMax(long mergeInputBytesMax) {
    if (leaves < 2 || mergedBytes <= leafBytesMax) {
      return OptionalLong.empty();
    }
    double longest = Math.max(1, leafBytesMax);
    double exponent = Math.log(mergedBytes / longest) / Math.log(leaves);
    if (exponent < EXPONENT_MIN) {
      return OptionalLong.empty();
    }
    double valueBytesMax = (mergeInputBytesMax - 4.0) / Limits.FAN_OUT - 4;
    double below = Math.pow(Math.max(1, valueBytesMax / longest), 1 / exponent);
    double over = Limits.FAN_OUT * below;
    return over > Limits.CELLS_MAX ? OptionalLong.empty() : OptionalLong.of((long) over);
  }
}
