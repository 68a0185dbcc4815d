package io.banyan.node.data;

import com.google.common.base.Throwables;
import io.banyan.p2p.Host;
import io.banyan.p2p.P2pStream;
import io.banyan.schema.BlobRef;
import io.banyan.schema.DataMessage;
import io.banyan.schema.DataMessage.BlobRequest;
import io.banyan.schema.DataMessage.RopeReply;
import io.banyan.schema.DataMessage.RopeRequest;
import io.banyan.schema.Digest;
import io.banyan.schema.Limits;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Value;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Fetches over {@code /banyan/data/1}. Nothing is handed on before its proof held. What was lost on
 * the way is asked for again, and only that; a peer that does wrong is not asked again.
 *
 * <p>Its methods block. An interrupt ends them. Safe for any thread.
 */
public final class DataClient implements AutoCloseable {
  /** Streams open to one peer at a time; further fetches wait. */
  static final int STREAMS_PER_PEER_MAX = 8;

  /**
   * What is waited for, and how long.
   *
   * @param pieceBytes asked for, and held, at a time; a multiple of 64 KiB, at most 16 MiB
   * @param attempts in a row that may fail
   * @param opening until a stream is open, and until one of those to a peer comes free
   * @param reading until the next bytes come
   * @param reconnecting until a lost peer is back
   */
  record Settings(
      int pieceBytes, int attempts, Duration opening, Duration reading, Duration reconnecting) {
    /** A piece of 4 MiB takes 10 ms of a fast network: long enough to hide the next request. */
    static final Settings USUAL =
        new Settings(
            4 << 20, 5, Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(30));

    Settings {
      if (pieceBytes < Limits.BLOCK_BYTES
          || pieceBytes > BlobRequest.BYTES_MAX
          || pieceBytes % Limits.BLOCK_BYTES != 0) {
        throw new IllegalArgumentException("pieces of " + pieceBytes + " bytes");
      }
      if (attempts < 1) {
        throw new IllegalArgumentException(attempts + " attempts");
      }
    }
  }

  /** How a stream to a peer is had. */
  @FunctionalInterface
  private interface Opening {
    P2pStream open(PeerId peer, Duration timeout) throws IOException, InterruptedException;
  }

  private final Opening opening;
  private final Reconnection reconnection;
  private final Settings settings;
  private final PeerSlots slots;
  private final Deadlines deadlines;

  /** Fetches from peers of {@code host}. */
  public DataClient(Host host, Reconnection reconnection) {
    this(host, reconnection, Settings.USUAL);
  }

  DataClient(Host host, Reconnection reconnection, Settings settings) {
    this(
        (peer, timeout) -> host.open(peer, DataServer.PROTOCOL, timeout),
        reconnection,
        settings,
        new PeerSlots(STREAMS_PER_PEER_MAX),
        new Deadlines(Deadlines.USUAL, Deadlines.USUAL_BYTES_PER_SECOND));
  }

  private DataClient(
      Opening opening,
      Reconnection reconnection,
      Settings settings,
      PeerSlots slots,
      Deadlines deadlines) {
    this.opening = opening;
    this.reconnection = reconnection;
    this.settings = settings;
    this.slots = slots;
    this.deadlines = deadlines;
  }

  /**
   * This client, but what it asks of the other end of {@code stream} it asks over that stream's
   * connection, as long as there is one: the peer's identity may be that of several processes, and
   * it is this one that has offered something. One that is slow to answer is not gone: nobody else
   * is asked then. It is closed with this client.
   */
  public DataClient beside(P2pStream stream) {
    return new DataClient(
        (peer, timeout) -> openBeside(stream, peer, timeout),
        reconnection,
        settings,
        slots,
        deadlines);
  }

  private P2pStream openBeside(P2pStream stream, PeerId peer, Duration timeout)
      throws IOException, InterruptedException {
    if (peer.equals(stream.remote())) {
      try {
        return stream.openBeside(DataServer.PROTOCOL, timeout);
      } catch (IOException e) {
        if (isTimeOver(e)) {
          throw e;
        }
        // That connection is over, or does not lead to who serves. Whoever comes back does so over
        // another one.
      }
    }
    return opening.open(peer, timeout);
  }

  private static boolean isTimeOver(IOException failure) {
    return Throwables.getCausalChain(failure).stream()
        .anyMatch(
            cause -> cause instanceof TimeoutException || cause instanceof SocketTimeoutException);
  }

  /**
   * Fetches the blocks that hold the bytes from {@code first} on, {@code count} of them, in order,
   * in memory for one piece of 4 MiB.
   *
   * @param link what entitles this node to them
   * @param sink what it throws, this throws
   * @throws IndexOutOfBoundsException if the blob has no such bytes
   * @throws FetchException if they do not come, or others do; the sink has what came before
   */
  public void fetch(PeerId peer, Digest link, BlobRef ref, long first, long count, BlockSink sink)
      throws IOException, InterruptedException {
    Objects.checkFromIndexSize(first, count, ref.length());
    if (count == 0) {
      return;
    }
    BlobFetch fetch = new BlobFetch(this, peer, link, ref, settings.pieceBytes(), first, count);
    byte[] piece = new byte[fetch.pieceBytesMax()];
    fetch.run(_ -> new BlobFetch.Place(piece, 0), sink);
  }

  /**
   * Fetches a whole blob into memory.
   *
   * @throws IllegalArgumentException if it is longer than {@code bytesMax}
   * @throws FetchException if it does not come, or another does
   */
  public byte[] fetchBytes(PeerId peer, Digest link, BlobRef ref, long bytesMax)
      throws IOException, InterruptedException {
    if (ref.length() > bytesMax) {
      throw new IllegalArgumentException(
          "blob of " + ref.length() + " bytes is wanted in memory, limit " + bytesMax);
    }
    byte[] bytes = new byte[Math.toIntExact(ref.length())];
    if (bytes.length == 0) {
      if (!ref.equals(BlobRef.EMPTY)) {
        throw new FetchException.ProofMismatch(peer, ref, 0, 0);
      }
      return bytes;
    }
    // In one piece, which proves itself, if it can be: the peer need not make a tree of it.
    int pieceBytes =
        bytes.length <= BlobRequest.BYTES_MAX ? BlobRequest.BYTES_MAX : settings.pieceBytes();
    new BlobFetch(this, peer, link, ref, pieceBytes, 0, bytes.length)
        .run(first -> new BlobFetch.Place(bytes, (int) first), _ -> {});
    return bytes;
  }

  /**
   * Asks what the direct children of a rope came to.
   *
   * @throws FetchException if the answer does not come, or another does
   */
  public List<Named> fetchRope(PeerId peer, Digest link, Value.Rope rope)
      throws IOException, InterruptedException {
    String wanted = "rope " + rope.digest().abbreviated();
    Patience patience = patience(peer, wanted);
    while (true) {
      try (Exchange exchange = ask(peer, wanted, 0, new RopeRequest(rope, link))) {
        if (exchange.reply() instanceof RopeReply(Value.Rope told, List<Named> parts)
            && told.equals(rope)) {
          exchange.requireEnd();
          return parts;
        }
        throw exchange.broken("the reply is to another request");
      } catch (IOException e) {
        patience.failed(e);
      }
    }
  }

  /**
   * Fetches all entries that stand under a finished lease, in order, in memory for one of them.
   *
   * @param entriesMax more are a broken reply
   * @param sink takes each as it comes, unchecked
   * @return how many there were
   * @throws FetchException if they do not come, or too many do
   */
  public long fetchEvidence(PeerId peer, Digest lease, long entriesMax, Consumer<ReceiptEntry> sink)
      throws IOException, InterruptedException {
    return new EvidenceFetch(this, peer, lease, entriesMax, sink).run();
  }

  Patience patience(PeerId peer, String wanted) {
    return new Patience(peer, wanted, reconnection, settings.attempts(), settings.reconnecting());
  }

  /** Sends a request on a stream of its own, when one is free. */
  Exchange ask(PeerId peer, String wanted, long replyBytes, DataMessage request)
      throws IOException, InterruptedException {
    slots.take(peer, settings.opening());
    return askInSlot(peer, wanted, replyBytes, request);
  }

  /** Whether a stream to {@code peer} is free at once; it is the caller's then. */
  boolean takeSlot(PeerId peer) {
    return slots.tryTake(peer);
  }

  /** As {@link #ask}, in a slot that the caller has taken. */
  Exchange askInSlot(PeerId peer, String wanted, long replyBytes, DataMessage request)
      throws IOException, InterruptedException {
    boolean asked = false;
    try {
      P2pStream stream = opening.open(peer, settings.opening());
      Exchange exchange =
          new Exchange(stream, deadlines.set(stream, replyBytes), wanted, () -> slots.free(peer));
      asked = true;
      try {
        stream.readTimeout(settings.reading());
        exchange.ask(request);
        return exchange;
      } catch (IOException | RuntimeException e) {
        exchange.close();
        throw e;
      }
    } finally {
      if (!asked) {
        slots.free(peer);
      }
    }
  }

  @Override
  public void close() {
    deadlines.close();
  }
}
