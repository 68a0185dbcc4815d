package io.banyan.node;

import io.banyan.node.CheckCalls.CallTrouble;
import io.banyan.schema.Cuts;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The leaves of a job that a check tries: spread over the whole input; under the rule {@code
 * module} the first ones.
 */
record SampleChunks(JobDraft draft, CheckCalls calls) {
  /** Up to {@link ModuleCheck#LEAVES_MAX} of them, what each is handed. */
  List<byte[]> chunks() throws IOException, CallTrouble {
    if (draft.cuts().isEmpty()) {
      InputFile input = draft.input().orElseThrow();
      return leafParts(input.read(0, input.size()));
    }
    List<byte[]> chunks = new ArrayList<>();
    Cuts cuts = draft.cuts().get();
    int count = Math.min(ModuleCheck.LEAVES_MAX, cuts.count());
    for (int i = 0; i < count; i++) {
      int cell = (int) ((long) i * cuts.count() / count);
      if (cuts instanceof IndexCuts index) {
        chunks.add(index.chunk(cell));
      } else if (cuts.cut(cell) < cuts.cut(cell + 1) || cuts.size() == 0) {
        chunks.add(draft.input().orElseThrow().read(cuts.cut(cell), cuts.cut(cell + 1)));
      }
    }
    return chunks;
  }

  /** A part of the guest's splits; those that wait are in the order of the plan. */
  private record Piece(PlanNode.Part place, byte[] bytes, long parentBytes) {}

  /** The first leaves that the plan cuts {@code all} into, after at most so many splits. */
  private List<byte[]> leafParts(byte[] all) throws CallTrouble {
    Plan plan = Plan.of(draft.manifest());
    List<byte[]> leaves = new ArrayList<>();
    Deque<Piece> waiting = new ArrayDeque<>();
    waiting.push(new Piece(new PlanNode.Part(List.of()), all, Long.MAX_VALUE));
    for (int splits = 0; !waiting.isEmpty() && leaves.size() < ModuleCheck.LEAVES_MAX; ) {
      Piece piece = waiting.pop();
      if (plan.isLeaf(piece.place(), piece.bytes().length, piece.parentBytes())) {
        leaves.add(piece.bytes());
      } else if (splits++ < ModuleCheck.LEAVES_MAX) {
        pieces(piece).reversed().forEach(waiting::push);
      }
    }
    return leaves;
  }

  /** What a split makes of {@code piece}, without the empty parts: the plan never runs those. */
  private List<Piece> pieces(Piece piece) throws CallTrouble {
    List<Piece> pieces = new ArrayList<>();
    List<byte[]> parts = calls.split(piece.bytes());
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).length > 0) {
        pieces.add(new Piece(piece.place().child(i), parts.get(i), piece.bytes().length));
      }
    }
    if (pieces.isEmpty()) {
      throw new CallTrouble("split on the sample comes to no part that is not empty", true);
    }
    return pieces;
  }
}
