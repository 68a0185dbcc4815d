package io.banyan.compute;

import java.util.List;
import java.util.Set;

/**
 * A function's body that is valid, and what the rewrite changes in it.
 *
 * @param localGroupCount the groups of locals it declares
 * @param localGroupsStart where the first of them begins; they end where the code begins
 * @param codeStart where its first instruction begins
 * @param codeEnd where its last instruction, its {@code end}, begins
 * @param localCount parameters and declared locals
 * @param instructionCount all of them
 * @param entryFuel what each call costs: its instructions outside of loops, and the frame
 * @param frameBytes what a frame takes of the depth limit
 * @param edits in the order of the bytes
 * @param kinds of the edits that change anything
 * @param nests as edits number them
 * @param loopTakesOperands whether it has a loop with parameters
 */
record Body(
    Signature signature,
    int localGroupCount,
    int localGroupsStart,
    int codeStart,
    int codeEnd,
    int localCount,
    int instructionCount,
    long entryFuel,
    int frameBytes,
    List<Edit> edits,
    Set<Edit.Kind> kinds,
    List<Nest> nests,
    boolean loopTakesOperands) {
  boolean has(Edit.Kind kind) {
    return kinds.contains(kind);
  }

  boolean calls() {
    return has(Edit.Kind.CALL) || has(Edit.Kind.CALL_INDIRECT);
  }
}
