package io.banyan.schema;

import java.util.List;
import java.util.Optional;

/**
 * The wish: what is to be computed, by which rules, with which budget, and how sure the answer must
 * be. It is signed once, by the submitter, and never changed.
 *
 * @param token 16 random bytes, so that the same wish can be made twice
 * @param createdMillis when it was made, Unix time
 * @param endMillis after it nobody serves the job any more, Unix time; later than {@code
 *     createdMillis}
 * @param entry who the job is submitted to, and nobody else: it signs the first leases and the
 *     root's receipt
 * @param params at most {@link Limits#PARAMS_BYTES_MAX}, handed to the guest's {@code configure}
 * @param shared at most {@link Limits#SHARED_BLOBS_MAX}, likewise
 * @param chunkBytes 1 to {@link Limits#CHUNK_BYTES_MAX}; 0 for the rule {@code index}
 * @param limits of each call
 * @param budget the root grant
 * @param retries 0 to 100: a plan node is tried by at most 1 + retries peers
 * @param partialPermille the share of leaves that suffices at the deadline; 1000 is all of them
 * @param operationWeight the submitter's estimate in fuel per byte (per cell under {@code index});
 *     0 if unknown
 */
public record Manifest(
    Profile profile,
    Bytes token,
    long createdMillis,
    long endMillis,
    PublicKey entry,
    BlobRef module,
    BlobRef input,
    Bytes params,
    List<BlobRef> shared,
    SplitRule splitRule,
    int chunkBytes,
    CallLimits limits,
    Budget budget,
    int retries,
    Verification verification,
    Routing routing,
    int partialPermille,
    MemoPolicy memo,
    double operationWeight) {
  public static final int TOKEN_LENGTH = 16;
  public static final int RETRIES_MAX = 100;

  public Manifest {
    shared = List.copyOf(shared);
    if (token.length() != TOKEN_LENGTH) {
      throw new IllegalArgumentException("token is " + token.length() + " bytes long, not 16");
    }
    if (createdMillis < 0) {
      throw new IllegalArgumentException("manifest made at " + createdMillis + " ms, before 1970");
    }
    if (endMillis <= createdMillis) {
      throw new IllegalArgumentException(
          "manifest made at " + createdMillis + " ms ends at " + endMillis + ", not later");
    }
    if (module.length() < 1 || module.length() > Limits.MODULE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "module is " + module.length() + " bytes long, must be 1 to " + Limits.MODULE_BYTES_MAX);
    }
    if (params.length() > Limits.PARAMS_BYTES_MAX) {
      throw new IllegalArgumentException(
          "params are " + params.length() + " bytes long, limit " + Limits.PARAMS_BYTES_MAX);
    }
    if (shared.size() > Limits.SHARED_BLOBS_MAX) {
      throw new IllegalArgumentException(
          shared.size() + " shared blobs, limit " + Limits.SHARED_BLOBS_MAX);
    }
    requireCells(splitRule, chunkBytes, input);
    if (retries < 0 || retries > RETRIES_MAX) {
      throw new IllegalArgumentException(retries + " retries, must be 0 to " + RETRIES_MAX);
    }
    if (partialPermille < 1 || partialPermille > 1000) {
      throw new IllegalArgumentException(
          "a share of " + partialPermille + " ‰ of the leaves, must be 1 to 1000");
    }
    if (!(operationWeight >= 0 && Double.isFinite(operationWeight))) {
      throw new IllegalArgumentException("operation weight is " + operationWeight);
    }
  }

  private static void requireCells(SplitRule rule, int chunkBytes, BlobRef input) {
    switch (rule) {
      case SplitRule.ByIndex(int cells) -> {
        if (chunkBytes != 0 || input.length() != 0) {
          throw new IllegalArgumentException(
              "split rule index:"
                  + cells
                  + " goes with chunk size 0 and no input, not with "
                  + chunkBytes
                  + " and "
                  + input.length()
                  + " bytes");
        }
      }
      case SplitRule.ByRecords(int recordBytes) -> {
        UniformCuts.cells(input.length(), chunkBytes);
        if (chunkBytes % recordBytes != 0 || input.length() % recordBytes != 0) {
          throw new IllegalArgumentException(
              "chunks of "
                  + chunkBytes
                  + " bytes and an input of "
                  + input.length()
                  + " are not both multiples of the record, "
                  + recordBytes
                  + " bytes");
        }
      }
      case SplitRule.ByBytes(), SplitRule.ByLines() ->
          UniformCuts.cells(input.length(), chunkBytes);
      case SplitRule.ByModule() -> UniformCuts.requireChunkBytes(chunkBytes);
    }
  }

  /**
   * The cuts of the input, where its size alone decides them: none for {@code lines}, whose cuts
   * {@link LineCuts.Finder} reads from the bytes, nor for {@code module}, which has no cells.
   */
  public Optional<Cuts> cutsBySize() {
    return switch (splitRule) {
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _) ->
          Optional.of(new UniformCuts(input.length(), chunkBytes));
      case SplitRule.ByIndex(int cells) -> Optional.of(new IndexCuts(cells));
      case SplitRule.ByLines(), SplitRule.ByModule() -> Optional.empty();
    };
  }
}
