package io.banyan.p2p.multistream;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * The side that proposes: one protocol after the other, in the order of its preference, until one
 * is echoed. The header and the first proposal leave together, without waiting for the other's
 * header.
 *
 * <p>Who proposes just one protocol may send its first bytes right behind; but nothing that comes
 * in is its, until the echo has come.
 *
 * <p>For one thread; useless after an exception.
 */
public final class DialNegotiation {
  private final List<String> protocols;
  private final Messages messages = new Messages();
  private final ByteBuf output = Unpooled.buffer();
  private boolean headerSeen;
  private int proposed;

  /**
   * @param protocols one or more
   */
  public DialNegotiation(List<String> protocols) {
    if (protocols.isEmpty()) {
      throw new IllegalArgumentException("no protocol is proposed");
    }
    this.protocols = List.copyOf(protocols);
    Messages.write(Messages.HEADER, output);
    Messages.write(this.protocols.getFirst(), output);
  }

  /** What is to be sent now, perhaps nothing; the receiver's to release. */
  public ByteBuf output(ByteBufAllocator allocator) {
    return Messages.drain(output, allocator);
  }

  /** Takes what has come, and releases it. */
  public Negotiated receive(ByteBuf bytes) throws ViolationException {
    try {
      while (true) {
        var message = messages.next(bytes);
        if (message.isEmpty()) {
          return new Negotiated.Pending();
        }
        String answer = message.get();
        if (!headerSeen) {
          Messages.requireHeader(answer);
          headerSeen = true;
        } else if (answer.equals(protocols.get(proposed))) {
          return new Negotiated.Agreed(answer, bytes.readRetainedSlice(bytes.readableBytes()));
        } else if (!answer.equals(Messages.NOT_AVAILABLE)) {
          throw new ViolationException(
              "the peer answers '"
                  + Messages.printable(answer)
                  + "' to the proposal of "
                  + protocols.get(proposed));
        } else if (++proposed == protocols.size()) {
          return new Negotiated.Refused("the peer speaks none of " + String.join(", ", protocols));
        } else {
          Messages.write(protocols.get(proposed), output);
        }
      }
    } finally {
      bytes.release();
    }
  }
}
