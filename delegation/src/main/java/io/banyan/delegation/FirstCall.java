package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Limits;
import io.banyan.schema.PlanNode;

/** What a single cell or part begins with. */
sealed interface FirstCall {
  /** It is split. */
  record Split(PlannedCall call) implements FirstCall {}

  /** It is a leaf, and is executed. */
  record Leaf(PlannedCall call) implements FirstCall {}

  /** It is too long for any call, on every machine. */
  record TooLong(JobEnd.TaskFailed end) implements FirstCall {}

  /** The first calls of one task's plan. */
  record Source(Task task, Claims claims) {
    /** What {@code place}, a single cell or part, begins with. */
    FirstCall of(Place place) {
      int unit = place.interval.from();
      return switch (place.footing) {
        case Footing.Cells(Cuts cuts) ->
            new Leaf(call(place, GuestFunction.EXECUTE, cellInput(cuts, unit)));
        case Footing.Parts _, Footing.Given _ -> ofPart(place, place.part());
      };
    }

    private FirstCall ofPart(Place place, BlobRef bytes) {
      PlanNode.Part part = (PlanNode.Part) place.node();
      InputRef input =
          part.path().isEmpty()
              ? new InputRef.InputRange(0, bytes.length())
              : new InputRef.Part(bytes);
      if (splits(place.footing, place.interval.from())) {
        PlannedCall split = call(place, GuestFunction.SPLIT, input);
        return bytes.length() > task.manifest().limits().splitBytesMax()
            ? tooLong(split, bytes.digest(), LimitKind.SPLIT)
            : new Split(split);
      }
      PlannedCall execute = call(place, GuestFunction.EXECUTE, input);
      return bytes.length() > Limits.LEAF_BYTES_MAX
          ? tooLong(execute, bytes.digest(), LimitKind.LEAF)
          : new Leaf(execute);
    }

    private TooLong tooLong(PlannedCall call, Digest input, LimitKind limit) {
      return new TooLong(claims.limitExceeded(call, input, limit));
    }

    private PlannedCall call(Place place, GuestFunction function, InputRef input) {
      return new PlannedCall(task.link(), place.node(), function, input);
    }

    private static InputRef cellInput(Cuts cuts, int cell) {
      return cuts instanceof IndexCuts(int cells)
          ? new InputRef.CellIndex(cell, cells)
          : new InputRef.InputRange(cuts.cut(cell), cuts.cut(cell + 1));
    }

    /** Whether {@code unit} is a part that is split before anything else. */
    boolean splits(Footing footing, int unit) {
      return switch (footing) {
        case Footing.Cells _ -> false;
        case Footing.Parts _, Footing.Given _ -> {
          PlanNode.Part part = (PlanNode.Part) footing.node(new Interval(unit, unit + 1));
          long bytes = footing.part(unit).length();
          yield !claims.plan().isLeaf(part, bytes, footing.parentBytes());
        }
      };
    }
  }
}
