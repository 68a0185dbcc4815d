package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.PeerId;
import io.banyan.schema.Refused;
import java.io.IOException;

/**
 * Why a peer's bytes did not come: what it did, or failed to do. What happens on this side, such as
 * a full disk, is another IOException.
 */
public abstract sealed class FetchException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient PeerId peer;

  private FetchException(PeerId peer, String sentence) {
    super(sentence);
    this.peer = peer;
  }

  /** Who was asked. */
  public PeerId peer() {
    return peer;
  }

  /** The peer said no, and why. */
  public static final class RefusedByPeer extends FetchException {
    private static final long serialVersionUID = 1;

    private final transient Refused refused;

    RefusedByPeer(PeerId peer, String wanted, Refused refused) {
      super(
          peer,
          peer + " refused " + wanted + ": " + refused.code().words() + ": " + refused.sentence());
      this.refused = refused;
    }

    /** In the peer's own words. */
    public Refused refused() {
      return refused;
    }
  }

  /** What came is not what the digest names: the peer lied, or keeps damaged bytes. */
  public static final class ProofMismatch extends FetchException {
    private static final long serialVersionUID = 1;

    private final transient BlobRef ref;
    private final long firstBlock;

    ProofMismatch(PeerId peer, BlobRef ref, long firstBlock, long endBlock) {
      super(
          peer,
          peer
              + " sent blocks "
              + firstBlock
              + " to "
              + endBlock
              + " of blob "
              + ref.digest().abbreviated()
              + ", which are not that blob's");
      this.ref = ref;
      this.firstBlock = firstBlock;
    }

    public BlobRef ref() {
      return ref;
    }

    /** The first of the blocks that came; which of them is wrong, the proof of all does not say. */
    public long firstBlock() {
      return firstBlock;
    }
  }

  /** The peer's answer breaks the protocol, or a limit that was named to it. */
  public static final class BrokenReply extends FetchException {
    private static final long serialVersionUID = 1;

    BrokenReply(PeerId peer, String wanted, String rule) {
      super(peer, peer + ", asked for " + wanted + ", answered against the protocol: " + rule);
    }
  }

  /** The peer did not answer, or was lost and did not come back, as often as was tried. */
  public static final class PeerLost extends FetchException {
    private static final long serialVersionUID = 1;

    PeerLost(PeerId peer, String wanted, String how, IOException last) {
      super(peer, peer + " was asked for " + wanted + " " + how + ": " + last.getMessage());
      initCause(last);
    }
  }
}
