package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.PartCuts;
import io.banyan.schema.PlanNode;
import java.util.List;

/** What the plan nodes of an interval stand on: cells of the input, or parts of a split. */
sealed interface Footing {
  /** Cells of the input. */
  record Cells(Cuts cuts) implements Footing {}

  /**
   * Parts that a split made.
   *
   * @param whole the part that was split
   * @param wholeBytes its length
   */
  record Parts(PlanNode.Part whole, long wholeBytes, PartCuts cuts) implements Footing {}

  /** The part that a task begins at: its one unit. */
  record Given(PlanNode.Part node, BlobRef bytes, long parentBytes) implements Footing {}

  /** The name of the plan node on {@code interval}. */
  default PlanNode node(Interval interval) {
    return switch (this) {
      case Cells _ -> new PlanNode.Cells(interval);
      case Parts(PlanNode.Part whole, long _, PartCuts _) when interval.count() == 1 ->
          whole.child(interval.from());
      case Parts(PlanNode.Part whole, long _, PartCuts _) ->
          new PlanNode.Parts(whole.path(), interval);
      case Given(PlanNode.Part node, BlobRef _, long _) -> node;
    };
  }

  /** The work in {@code interval}: bytes, or cells under the rule {@code index}. */
  default long units(Interval interval) {
    return switch (this) {
      case Cells(IndexCuts _) -> interval.count();
      case Cells(Cuts cuts) -> cuts.length(interval);
      case Parts(PlanNode.Part _, long _, PartCuts cuts) -> cuts.length(interval);
      case Given(PlanNode.Part _, BlobRef bytes, long _) -> bytes.length();
    };
  }

  /** The children of {@code interval} that are not empty, in order. */
  default List<Interval> children(Interval interval) {
    return switch (this) {
      case Cells(Cuts cuts) -> cuts.children(interval);
      case Parts(PlanNode.Part _, long _, PartCuts cuts) -> cuts.children(interval);
      case Given _ -> List.of();
    };
  }

  /** The bytes of the part {@code unit}. */
  default BlobRef part(int unit) {
    return switch (this) {
      case Cells _ -> throw new IllegalStateException("cell " + unit + " is no part");
      case Parts(PlanNode.Part _, long _, PartCuts cuts) -> cuts.part(unit);
      case Given(PlanNode.Part _, BlobRef bytes, long _) -> bytes;
    };
  }

  /** The length of what the parts were split from. */
  default long parentBytes() {
    return switch (this) {
      case Cells _ -> throw new IllegalStateException("cells were not split from anything");
      case Parts(PlanNode.Part _, long wholeBytes, PartCuts _) -> wholeBytes;
      case Given(PlanNode.Part _, BlobRef _, long parentBytes) -> parentBytes;
    };
  }
}
