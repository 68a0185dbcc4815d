package io.banyan.node.data;

import io.banyan.node.data.Deadlines.Deadline;
import io.banyan.p2p.P2pStream;
import io.banyan.schema.BlobHasher;
import io.banyan.schema.DataMessage;
import io.banyan.schema.DataMessage.BlobReply;
import io.banyan.schema.DataMessage.BlobRequest;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Message;
import io.banyan.schema.PeerId;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Refused;
import io.banyan.schema.WireCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One stream to a peer: a request, its reply, and what the reply announces. What the peer does
 * against the rules is a {@link FetchException}; what happens on the way is another IOException,
 * after which it is worth asking again.
 *
 * <p>For one thread.
 */
final class Exchange implements AutoCloseable {
  private final P2pStream stream;
  private final Deadline deadline;
  private final Runnable atEnd;
  private final String wanted;

  /**
   * What comes over {@code stream}, to which a request was written.
   *
   * @param wanted names what was asked for in a sentence
   * @param atEnd done once, when it is closed
   */
  Exchange(P2pStream stream, Deadline deadline, String wanted, Runnable atEnd) {
    this.stream = stream;
    this.deadline = deadline;
    this.wanted = wanted;
    this.atEnd = atEnd;
  }

  /** Sends the request, which is all that this side says. */
  void ask(DataMessage request) throws IOException {
    stream.output().write(Frames.frame(FrameKind.DATA, WireCodec.encodeMessage(request)));
    stream.output().flush();
    stream.closeWrite();
  }

  private PeerId peer() {
    return stream.remote();
  }

  /** The next frame of the stream, which must have one. */
  private ByteBuffer frame(FrameKind kind) throws IOException {
    try {
      Optional<ByteBuffer> frame = Frames.read(kind, stream.input());
      return frame.orElseThrow(() -> broken("the stream ends where a frame should be"));
    } catch (MalformedMessageException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  /** The reply, unless it is a refusal. */
  DataMessage reply() throws IOException {
    Message message;
    try {
      message = WireCodec.decodeMessage(frame(FrameKind.DATA));
    } catch (MalformedMessageException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
    if (message instanceof Refused refused) {
      throw new FetchException.RefusedByPeer(peer(), wanted, refused);
    }
    if (message instanceof DataMessage reply) {
      return reply;
    }
    throw broken("a message of another protocol");
  }

  /** One of the entries that the reply announced. */
  ReceiptEntry entry() throws IOException {
    try {
      return WireCodec.decodeReceiptEntry(frame(FrameKind.RECEIPT_ENTRY));
    } catch (MalformedMessageException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The blocks that {@code asked}, which begins and ends with blocks, asks for.
   *
   * @param into holds their bytes afterwards, from {@code offset} on
   */
  ProvenBlocks blocks(BlobRequest asked, byte[] into, int offset) throws IOException {
    if (!(reply() instanceof BlobReply reply)
        || !reply.ref().equals(asked.ref())
        || reply.firstByte() != asked.firstByte()
        || reply.byteCount() != asked.byteCount()) {
      throw broken("the reply is to another request");
    }
    BlobHasher hasher = new BlobHasher();
    InputStream in = stream.input();
    int count = (int) reply.byteCount();
    for (int done = 0; done < count; ) {
      // Hashed as they come, while they are near the processor and the next are on their way.
      int read = in.read(into, offset + done, count - done);
      if (read < 0) {
        throw broken("the stream ends behind " + done + " bytes of " + count);
      }
      hasher.update(into, offset + done, read);
      done += read;
    }
    requireEnd();
    return ProvenBlocks.check(asked.ref(), reply.proof(), hasher, into, offset)
        .orElseThrow(
            () ->
                new FetchException.ProofMismatch(
                    peer(), asked.ref(), reply.proof().firstBlock(), reply.proof().endBlock()));
  }

  /** There is nothing behind what was announced. */
  void requireEnd() throws IOException {
    if (stream.input().read() >= 0) {
      throw broken("there is more than was announced");
    }
  }

  FetchException broken(String rule) {
    return new FetchException.BrokenReply(peer(), wanted, rule);
  }

  @Override
  public void close() {
    deadline.close();
    try {
      stream.close();
    } finally {
      atEnd.run();
    }
  }
}
