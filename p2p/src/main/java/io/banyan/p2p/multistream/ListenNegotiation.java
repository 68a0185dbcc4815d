package io.banyan.p2p.multistream;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Predicate;

/**
 * The side that chooses: it echoes the first proposal that it speaks, and answers {@code na} to the
 * others. A request to list what it speaks ({@code ls}) is such another one: few ask, and the
 * answer is many times as long as the question.
 *
 * <p>For one thread; useless after an exception.
 */
public final class ListenNegotiation {
  /** Several times what any implementation proposes. */
  static final int PROPOSALS_MAX = 64;

  private final Predicate<String> speaks;
  private final Messages messages = new Messages();
  private final ByteBuf output = Unpooled.buffer();
  private boolean headerSeen;
  private int refused;

  /**
   * @param speaks whether a protocol is served
   */
  public ListenNegotiation(Predicate<String> speaks) {
    this.speaks = speaks;
    Messages.write(Messages.HEADER, output);
  }

  /** What is to be sent now, perhaps nothing; the receiver's to release. */
  public ByteBuf output(ByteBufAllocator allocator) {
    return Messages.drain(output, allocator);
  }

  /** Takes what has come, and releases it; never refuses, since the other side may go on. */
  public Negotiated receive(ByteBuf bytes) throws ViolationException {
    try {
      while (true) {
        var message = messages.next(bytes);
        if (message.isEmpty()) {
          return new Negotiated.Pending();
        }
        String proposal = message.get();
        if (!headerSeen) {
          Messages.requireHeader(proposal);
          headerSeen = true;
        } else if (speaks.test(proposal)) {
          Messages.write(proposal, output);
          return new Negotiated.Agreed(proposal, bytes.readRetainedSlice(bytes.readableBytes()));
        } else if (++refused == PROPOSALS_MAX) {
          throw new ViolationException(
              "the peer made " + PROPOSALS_MAX + " proposals, and none is spoken here");
        } else {
          Messages.write(Messages.NOT_AVAILABLE, output);
        }
      }
    } finally {
      bytes.release();
    }
  }
}
