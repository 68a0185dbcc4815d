package io.banyan.node.data;

import io.banyan.node.data.Deadlines.Deadline;
import io.banyan.p2p.P2pStream;
import io.banyan.p2p.StreamHandler;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.DataMessage;
import io.banyan.schema.DataMessage.BlobReply;
import io.banyan.schema.DataMessage.BlobRequest;
import io.banyan.schema.DataMessage.EntriesReply;
import io.banyan.schema.DataMessage.EntriesRequest;
import io.banyan.schema.DataMessage.RopeReply;
import io.banyan.schema.DataMessage.RopeRequest;
import io.banyan.schema.Digest;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Message;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.RangeProof;
import io.banyan.schema.Refused;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.WireCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Serves {@code /banyan/data/1}: one request a stream, answered to who is entitled to it. An answer
 * takes at most {@link #PAGE_BYTES} and one entry in memory, and its time is limited.
 *
 * <p>Safe for any thread: each stream is served on its own.
 */
public final class DataServer implements StreamHandler, AutoCloseable {
  public static final String PROTOCOL = "/banyan/data/1";

  /** Twice what {@link DataClient} opens: one that was closed there may still be ending here. */
  public static final int STREAMS_PER_PEER_MAX = 2 * DataClient.STREAMS_PER_PEER_MAX;

  /** What is read, or collected, before it is sent. */
  static final int PAGE_BYTES = 256 << 10; // 256 KiB: few calls, and little to hold

  /**
   * What a server bears.
   *
   * @param answersMax at a time, over all peers: as many pages of memory
   * @param turnWait how long a request waits for its turn before it is refused
   * @param busyRetryMillis when it is worth asking again then
   * @param exchange what a peer may take to say what it wants, and to take the answer, beside the
   *     time that its bytes have
   * @param bytesPerSecondMin how fast it must take them
   */
  record Settings(
      int answersMax,
      Duration turnWait,
      long busyRetryMillis,
      Duration exchange,
      long bytesPerSecondMin) {
    static final Settings USUAL =
        new Settings(
            64, Duration.ofSeconds(10), 1000, Deadlines.USUAL, Deadlines.USUAL_BYTES_PER_SECOND);
  }

  private final Links links;
  private final RefusalListener listener;
  private final Settings settings;
  private final Semaphore turns;
  private final Deadlines deadlines;
  private final Bookmarks bookmarks = new Bookmarks();
  private final Throughput throughput = new Throughput();
  private final LongAdder servedBytes = new LongAdder();
  private final Map<Refused.Code, Long> refusals = new EnumMap<>(Refused.Code.class);

  /** Serves what {@code links} say. */
  public DataServer(Links links) {
    this(links, RefusalListener.NONE);
  }

  /** As the other, and {@code listener} hears of every refusal. */
  public DataServer(Links links, RefusalListener listener) {
    this(links, Settings.USUAL, listener);
  }

  DataServer(Links links, Settings settings, RefusalListener listener) {
    this.links = links;
    this.listener = listener;
    this.settings = settings;
    this.turns = new Semaphore(settings.answersMax(), true);
    this.deadlines = new Deadlines(settings.exchange(), settings.bytesPerSecondMin());
  }

  /** How often it said no, by the word it said. */
  public SortedMap<Refused.Code, Long> refusals() {
    synchronized (refusals) {
      return Collections.unmodifiableSortedMap(new TreeMap<>(refusals));
    }
  }

  /** The bytes of blobs that were handed to streams so far: how an upload gets on. */
  public long servedBytes() {
    return servedBytes.sum();
  }

  /** How fast peers take what they are sent. */
  public Throughput throughput() {
    return throughput;
  }

  @Override
  public void serve(P2pStream stream) throws IOException, InterruptedException {
    Message request;
    try (Deadline _ = deadlines.set(stream, 0)) {
      Optional<ByteBuffer> frame = Frames.read(FrameKind.DATA, stream.input());
      if (frame.isEmpty()) {
        return; // the peer changed its mind
      }
      request = WireCodec.decodeMessage(frame.get());
      // To its end: a stream that is closed before is reset, and the answer might be lost with it.
      if (stream.input().read() >= 0) {
        refuse(stream, invalid("there is more than one request on the stream"));
        return;
      }
    } catch (MalformedMessageException e) {
      refuse(stream, invalid(sentence(e)));
      return;
    }
    if (!turns.tryAcquire(settings.turnWait().toNanos(), TimeUnit.NANOSECONDS)) {
      String sentence = settings.answersMax() + " answers are under way, which is the limit";
      refuse(stream, new Refused(Refused.Code.BUSY, sentence, settings.busyRetryMillis()));
      return;
    }
    try {
      answer(stream, request);
    } finally {
      turns.release();
    }
  }

  private void answer(P2pStream stream, Message request) throws IOException {
    switch (request) {
      case BlobRequest blob -> answer(stream, blob);
      case RopeRequest rope -> answer(stream, rope);
      case EntriesRequest steps -> answer(stream, steps);
      case DataMessage _, TaskMessage _, ClientMessage _ ->
          refuse(stream, invalid("the message is no request for data"));
    }
  }

  private void answer(P2pStream stream, BlobRequest request) throws IOException {
    Optional<Content> content = content(stream, request.link());
    if (content.isEmpty()) {
      return;
    }
    Optional<RangeSource> found = content.get().blob(request.ref());
    if (found.isEmpty()) {
      refuse(stream, notFound("no blob " + request.ref().digest().abbreviated()));
      return;
    }
    RangeSource source = found.get();
    long firstBlock = request.firstByte() / Limits.BLOCK_BYTES;
    long endBlock = Math.ceilDiv(request.firstByte() + request.byteCount(), Limits.BLOCK_BYTES);
    if (!source.holds(firstBlock, endBlock)) {
      refuse(
          stream,
          notFound(
              "not all of blocks "
                  + firstBlock
                  + " to "
                  + endBlock
                  + " of blob "
                  + request.ref().digest().abbreviated()));
      return;
    }
    RangeProof proof = source.prove(firstBlock, endBlock);
    long firstByte = firstBlock * Limits.BLOCK_BYTES;
    long endByte = Math.min(request.ref().length(), endBlock * Limits.BLOCK_BYTES);
    long bytes = endByte - firstByte;
    long sent = 0;
    throughput.begin(stream.remote(), bytes, System.nanoTime());
    try (Deadline _ = deadlines.set(stream, bytes)) {
      OutputStream out = stream.output();
      out.write(frame(new BlobReply(request.ref(), firstByte, bytes, proof)));
      copy(source, firstByte, endByte, out);
      out.flush();
      sent = bytes;
    } finally {
      throughput.end(stream.remote(), bytes, sent, System.nanoTime());
    }
  }

  private void copy(RangeSource source, long firstByte, long endByte, OutputStream out)
      throws IOException {
    byte[] page = new byte[(int) Math.min(PAGE_BYTES, endByte - firstByte)];
    for (long at = firstByte; at < endByte; ) {
      int count = (int) Math.min(page.length, endByte - at);
      source.read(at, page, 0, count);
      out.write(page, 0, count);
      servedBytes.add(count);
      at += count;
    }
  }

  private void answer(P2pStream stream, RopeRequest request) throws IOException {
    Optional<Content> content = content(stream, request.link());
    if (content.isEmpty()) {
      return;
    }
    Optional<List<Named>> parts = content.get().rope(request.rope());
    if (parts.isEmpty()) {
      refuse(stream, notFound("no rope " + request.rope().digest().abbreviated()));
      return;
    }
    send(stream, new RopeReply(request.rope(), parts.get()));
  }

  private void answer(P2pStream stream, EntriesRequest request) throws IOException {
    Optional<Content> content = content(stream, request.lease());
    if (content.isEmpty()) {
      return;
    }
    PeerId asker = stream.remote();
    Optional<EvidenceCursor> found = bookmarks.take(request.lease(), asker, request.first());
    if (found.isEmpty()) {
      found = content.get().evidence(request.first());
    }
    if (found.isEmpty()) {
      refuse(stream, notFound("no evidence for " + request.lease().abbreviated()));
      return;
    }
    EvidenceCursor cursor = found.get();
    boolean kept = false;
    try {
      long next = request.first() + sendPage(stream, request, cursor);
      if (cursor.hasNext()) {
        bookmarks.leave(request.lease(), asker, next, cursor);
        kept = true;
      }
    } finally {
      if (!kept) {
        cursor.close();
      }
    }
  }

  /** How many entries went. Their number comes first, so they are collected before they go. */
  private int sendPage(P2pStream stream, EntriesRequest request, EvidenceCursor cursor)
      throws IOException {
    List<byte[]> page = new ArrayList<>();
    long bytes = 0;
    while (page.size() < request.count() && bytes < PAGE_BYTES && cursor.hasNext()) {
      byte[] entry =
          Frames.frame(FrameKind.RECEIPT_ENTRY, WireCodec.encodeReceiptEntry(cursor.next()));
      page.add(entry);
      bytes += entry.length;
    }
    try (Deadline _ = deadlines.set(stream, bytes)) {
      OutputStream out = stream.output();
      out.write(
          frame(new EntriesReply(request.lease(), request.first(), page.size(), cursor.hasNext())));
      for (byte[] entry : page) {
        out.write(entry);
      }
      out.flush();
    }
    return page.size();
  }

  /** What the asker may have; if that is nothing, it has been told why. */
  private Optional<Content> content(P2pStream stream, Digest link) throws IOException {
    return switch (links.find(link, stream.remote())) {
      case Links.Lookup.Found(Content content) -> Optional.of(content);
      case Links.Lookup.NotAllowed() -> {
        refuse(
            stream,
            new Refused(
                Refused.Code.NOT_ALLOWED,
                stream.remote() + " is not whom " + link.abbreviated() + " entitles",
                0));
        yield Optional.empty();
      }
      case Links.Lookup.NotFound() -> {
        refuse(stream, notFound("nothing is kept under " + link.abbreviated()));
        yield Optional.empty();
      }
    };
  }

  private static Refused invalid(String sentence) {
    return new Refused(Refused.Code.INVALID, sentence, 0);
  }

  private static Refused notFound(String sentence) {
    return new Refused(Refused.Code.NOT_FOUND, sentence, 0);
  }

  /** What is wrong with a request; its own words may be anything, so they are not repeated. */
  private static String sentence(MalformedMessageException e) {
    return e.offset().isPresent()
        ? "the request is malformed at byte " + e.offset().getAsLong()
        : "the request says no value";
  }

  private void refuse(P2pStream stream, Refused refused) throws IOException {
    synchronized (refusals) {
      refusals.merge(refused.code(), 1L, Long::sum);
    }
    listener.refused(refused, stream.remote());
    send(stream, refused);
  }

  private void send(P2pStream stream, DataMessage message) throws IOException {
    try (Deadline _ = deadlines.set(stream, 0)) {
      stream.output().write(frame(message));
      stream.output().flush();
    }
  }

  private static byte[] frame(DataMessage message) {
    return Frames.frame(FrameKind.DATA, WireCodec.encodeMessage(message));
  }

  @Override
  public void close() {
    deadlines.close();
    bookmarks.close();
  }
}
