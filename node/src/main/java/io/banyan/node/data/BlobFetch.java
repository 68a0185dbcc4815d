package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.DataMessage.BlobRequest;
import io.banyan.schema.Digest;
import io.banyan.schema.Limits;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One range of a blob on its way from a peer, piece by piece. While a piece comes in and is kept,
 * the next one is asked for already, so that the network need not wait for the disk.
 *
 * <p>For one thread.
 */
final class BlobFetch {
  /**
   * The piece that comes, and the one behind it: its first bytes wait in the transport's window.
   */
  private static final int REQUESTS_AHEAD = 2;

  private final DataClient client;
  private final PeerId peer;
  private final Digest link;
  private final BlobRef ref;
  private final int pieceBytes;
  private final long end; // of the last block, or the blob
  private long at; // all before it was handed on
  private final Deque<Asked> asked = new ArrayDeque<>(); // from `at` on, without gaps

  private record Asked(BlobRequest request, Exchange exchange) {}

  /** Where the bytes of a piece go. */
  record Place(byte[] bytes, int offset) {}

  /** Chooses where a piece goes, by the byte of the blob that it begins with. */
  @FunctionalInterface
  interface Places {
    Place placeOf(long firstByte);
  }

  /** Fetches the blocks that hold {@code count} bytes from {@code first} on, 1 or more. */
  BlobFetch(
      DataClient client,
      PeerId peer,
      Digest link,
      BlobRef ref,
      int pieceBytes,
      long first,
      long count) {
    this.client = client;
    this.peer = peer;
    this.link = link;
    this.ref = ref;
    this.pieceBytes = pieceBytes;
    this.at = first - first % Limits.BLOCK_BYTES;
    this.end = roundedUp(first + count);
  }

  private long roundedUp(long byteIndex) {
    long blocks = Math.ceilDiv(byteIndex, Limits.BLOCK_BYTES);
    return blocks >= ref.blockCount() ? ref.length() : blocks * Limits.BLOCK_BYTES;
  }

  /** The longest piece. */
  int pieceBytesMax() {
    return (int) Math.min(pieceBytes, end - at);
  }

  /** Fetches all; what came whole is not asked for again. */
  void run(Places places, BlockSink sink) throws IOException, InterruptedException {
    Patience patience = client.patience(peer, words(at, end));
    try {
      while (at < end) {
        ProvenBlocks blocks;
        try {
          blocks = next(places.placeOf(at));
        } catch (IOException e) {
          abandon();
          patience.failed(e);
          continue;
        }
        patience.progressed();
        sink.accept(blocks);
        at = blocks.endByte();
      }
    } finally {
      abandon();
    }
  }

  private ProvenBlocks next(Place place) throws IOException, InterruptedException {
    askAhead();
    Asked first = asked.getFirst();
    ProvenBlocks blocks = first.exchange.blocks(first.request, place.bytes, place.offset);
    asked.removeFirst();
    first.exchange.close();
    return blocks;
  }

  private void askAhead() throws IOException, InterruptedException {
    long from = asked.isEmpty() ? at : endOf(asked.getLast().request);
    while (asked.size() < REQUESTS_AHEAD && from < end) {
      // Pieces end where their tree does, so that their proofs are short.
      long to = Math.min(end, from - from % pieceBytes + pieceBytes);
      BlobRequest request = new BlobRequest(ref, from, to - from, link);
      if (asked.isEmpty()) {
        asked.addLast(new Asked(request, client.ask(peer, words(from, to), to - from, request)));
      } else if (client.takeSlot(peer)) {
        asked.addLast(
            new Asked(request, client.askInSlot(peer, words(from, to), 2 * (to - from), request)));
      } else {
        return; // others fetch from this peer too: ahead is for later
      }
      from = to;
    }
  }

  private static long endOf(BlobRequest request) {
    return request.firstByte() + request.byteCount();
  }

  private void abandon() {
    asked.forEach(each -> each.exchange.close());
    asked.clear();
  }

  private String words(long from, long to) {
    return "bytes " + from + " to " + to + " of blob " + ref.digest().abbreviated();
  }
}
