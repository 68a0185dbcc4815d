package io.banyan.schema;

import java.util.List;

/**
 * The messages of {@code /banyan/data/1}. A stream carries one request, its reply, and what the
 * reply announces.
 */
public sealed interface DataMessage extends Message
    permits DataMessage.BlobRequest,
        DataMessage.BlobReply,
        DataMessage.RopeRequest,
        DataMessage.RopeReply,
        DataMessage.EntriesRequest,
        DataMessage.EntriesReply,
        Refused {
  /**
   * Asks for a range of a blob. To resume is to ask for the rest.
   *
   * @param byteCount 1 to {@link #BYTES_MAX}: the range is proven, and checked, in one piece
   * @param link digest of the lease, or the JobId, that entitles to it
   */
  record BlobRequest(BlobRef ref, long firstByte, long byteCount, Digest link)
      implements DataMessage {
    /** 16 MiB: the longest leaf in one request. */
    public static final int BYTES_MAX = Limits.LEAF_BYTES_MAX;

    public BlobRequest {
      Rules.range("number of bytes", byteCount, 1, BYTES_MAX);
      Rules.range("first byte", firstByte, 0, ref.length() - byteCount);
    }
  }

  /**
   * The blocks that hold the range; their bytes follow raw behind the frame.
   *
   * @param firstByte where the first block begins
   * @param byteCount of all blocks, {@code proof} shows which
   * @param proof that they are the blob's
   */
  record BlobReply(BlobRef ref, long firstByte, long byteCount, RangeProof proof)
      implements DataMessage {
    /** A range of the longest request touches at most two blocks that it does not fill. */
    public static final int BYTES_MAX = BlobRequest.BYTES_MAX + 2 * Limits.BLOCK_BYTES;

    public BlobReply {
      if (proof.endBlock() > ref.blockCount()) {
        throw new IllegalArgumentException(
            "blocks up to " + proof.endBlock() + " of a blob that has " + ref.blockCount());
      }
      long begin = proof.firstBlock() * Limits.BLOCK_BYTES;
      long end =
          proof.endBlock() == ref.blockCount()
              ? ref.length()
              : proof.endBlock() * Limits.BLOCK_BYTES;
      if (firstByte != begin || byteCount != end - begin) {
        throw new IllegalArgumentException(
            byteCount
                + " bytes from "
                + firstByte
                + " are not the proven blocks, "
                + (end - begin)
                + " bytes from "
                + begin);
      }
      Rules.range("number of bytes", byteCount, 1, BYTES_MAX);
    }
  }

  /** Asks what a rope's direct children came to. */
  record RopeRequest(Value.Rope rope, Digest link) implements DataMessage {}

  /**
   * The parts of a rope, in order; they are what its digest is over, so the reply proves itself.
   *
   * @param parts 2 to {@link Limits#FAN_OUT}
   */
  record RopeReply(Value.Rope rope, List<Named> parts) implements DataMessage {
    public RopeReply {
      parts = Rules.list("parts of a rope", parts, 2, Limits.FAN_OUT);
      if (!Value.Rope.over(parts).equals(rope)) {
        throw new IllegalArgumentException(
            "the parts are not those of the rope " + rope.digest().abbreviated());
      }
    }
  }

  /**
   * Asks for what stands below a finished lease: of what was lent on the leases, each with the
   * receipt that answers it, parents before children; then the steps of all calls in the order of
   * the plan. The lease itself and its own receipt, which the lender has, are not among them.
   *
   * @param lease its digest
   * @param first how many entries to skip: what has come already
   * @param count 1 to {@link #COUNT_MAX}
   */
  record EntriesRequest(Digest lease, long first, int count) implements DataMessage {
    /** 64 Ki entries of some 300 bytes: what one request may cost. */
    public static final int COUNT_MAX = 1 << 16;

    public EntriesRequest {
      Rules.atLeastZero("first entry", first);
      Rules.range("number of entries", count, 1, COUNT_MAX);
    }
  }

  /**
   * Announces entries: {@code count} frames of kind {@link FrameKind#RECEIPT_ENTRY} follow, each a
   * {@link ReceiptEntry.LeaseEntry}, a {@link ReceiptEntry.ReceiptOfLease} or a {@link
   * ReceiptEntry.StepEntry}; the order is that of all entries below the lease, whatever the request
   * they came with.
   *
   * @param more whether there are entries behind them
   */
  record EntriesReply(Digest lease, long first, int count, boolean more) implements DataMessage {
    public EntriesReply {
      Rules.atLeastZero("first entry", first);
      Rules.range("number of entries", count, 0, EntriesRequest.COUNT_MAX);
    }
  }
}
