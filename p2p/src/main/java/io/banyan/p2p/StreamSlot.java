package io.banyan.p2p;

import io.banyan.p2p.LinkStream.Wishes;
import io.banyan.p2p.multistream.Negotiated;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The side of a stream that the event loop sees: between the muxer, which names it by a handle, and
 * {@link LinkStream}, where its user waits. First the protocol is agreed on here.
 *
 * <p>Confined to the connection's event loop, but for {@code wake}.
 */
final class StreamSlot {
  private final Link link;
  private final boolean inbound;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CompletableFuture<LinkStream> opened = new CompletableFuture<>();
  private Optional<Negotiation> negotiation = Optional.empty();
  private Optional<LinkStream> stream = Optional.empty();
  private Optional<Future<?>> timer = Optional.empty();
  private long handle;
  private boolean remoteClosed;
  private boolean endSent;
  private boolean resetDue;
  private boolean gone;

  private StreamSlot(Link link, boolean inbound) {
    this.link = link;
    this.inbound = inbound;
  }

  /** A stream that the peer has opened. */
  static StreamSlot inbound(Link link, long handle) {
    StreamSlot slot = new StreamSlot(link, true);
    slot.handle = handle;
    slot.negotiation = Optional.of(Negotiation.listening(link::speaks));
    slot.timer = Optional.of(link.afterNegotiationTimeout(slot::negotiationTimeout));
    return slot;
  }

  /** A stream that is to be opened; {@code open} follows. */
  static StreamSlot outbound(Link link, String protocol) {
    StreamSlot slot = new StreamSlot(link, false);
    slot.stream = Optional.of(link.newStream(slot, protocol));
    return slot;
  }

  /** Done when the stream may be used. */
  CompletableFuture<LinkStream> opened() {
    return opened;
  }

  long handle() {
    return handle;
  }

  boolean isGone() {
    return gone;
  }

  /**
   * The muxer has opened it; now the protocol is proposed.
   *
   * @param spoken what the peer is known to speak: its answer to that need not be awaited
   */
  void open(long newHandle, Set<String> spoken) {
    handle = newHandle;
    LinkStream user = stream.orElseThrow();
    Negotiation dial = Negotiation.dialing(user.protocol());
    negotiation = Optional.of(dial);
    sendAnswer(dial);
    if (spoken.contains(user.protocol())) {
      opened.complete(user);
    }
  }

  /** Has the event loop look at what the user asked for. For any thread. */
  void wake() {
    if (!woken.getAndSet(true)) {
      link.onLoop(this::turn);
    }
  }

  private void turn() {
    woken.set(false);
    if (gone || stream.isEmpty() || handle == 0) {
      return;
    }
    LinkStream user = stream.get();
    report(user);
    send(user);
    Wishes wishes = user.wishes();
    if (wishes.reset()) {
      reset();
    } else {
      if (wishes.endOfOutput() && !endSent) {
        endSent = true;
        link.session().closeWrite(handle);
      }
      if (wishes.closed() && !remoteClosed) {
        linger(wishes.isBehind());
      }
      goneIfOver(wishes);
    }
    link.wantDrain();
  }

  /**
   * The peer may be about to end its side, in order. But if it goes on sending, or has used up much
   * of its window, then it is told that nobody reads, as soon as all that it was sent has left.
   */
  private void linger(boolean sendsOn) {
    if (timer.isEmpty()) {
      timer = Optional.of(link.afterLingerTimeout(this::reset));
    }
    if (sendsOn && !resetDue) {
      resetDue = true;
      link.afterDrain(this::resetUnlessOver);
    }
  }

  private void resetUnlessOver() {
    resetDue = false;
    if (!gone && endSent && !remoteClosed) {
      reset();
    }
  }

  private void report(LinkStream user) {
    int credit = user.takeCredit();
    if (credit > 0) {
      link.session().consumed(handle, credit, System.nanoTime());
    }
  }

  /** Fills the muxer's queue, which says when there is room again. */
  private void send(LinkStream user) {
    int room = link.session().writableBytes(handle);
    while (room > 0) {
      Optional<ByteBuf> piece = user.takeOutput(room);
      if (piece.isEmpty()) {
        return;
      }
      room -= piece.get().readableBytes();
      link.session().write(handle, piece.get());
    }
  }

  private void goneIfOver(Wishes wishes) {
    if (endSent && remoteClosed && wishes.isRead()) {
      leave();
    }
  }

  private void leave() {
    gone = true;
    timer.ifPresent(pending -> pending.cancel(false));
    link.gone(this);
  }

  /** Ends it at once, and tells the peer. */
  void reset() {
    if (gone) {
      return;
    }
    link.session().reset(handle);
    fail(new IOException(name() + " was reset here"));
    link.wantDrain();
  }

  private String name() {
    return stream.map(LinkStream::name).orElse("stream with " + link.peer());
  }

  // What the muxer tells.

  void data(ByteBuf bytes) {
    if (negotiation.isPresent()) {
      negotiate(negotiation.get(), bytes);
      return;
    }
    deliver(bytes);
  }

  private void deliver(ByteBuf bytes) {
    LinkStream user = stream.orElseThrow();
    user.received(bytes);
    if (user.wishes().closed()) {
      linger(true);
    }
  }

  private void negotiate(Negotiation pending, ByteBuf bytes) {
    int count = bytes.readableBytes();
    Negotiated result;
    try {
      result = pending.taking().receive(bytes);
    } catch (ViolationException e) {
      refuse(Refusal.BROKEN_NEGOTIATION, e.sentence());
      return;
    }
    sendAnswer(pending);
    switch (result) {
      case Negotiated.Pending() -> link.session().consumed(handle, count, System.nanoTime());
      case Negotiated.Refused(String sentence) -> {
        link.session().reset(handle);
        fail(new IOException(sentence));
      }
      case Negotiated.Agreed(String protocol, ByteBuf rest) -> {
        link.session().consumed(handle, count - rest.readableBytes(), System.nanoTime());
        agreed(protocol, rest);
      }
    }
  }

  private void agreed(String protocol, ByteBuf rest) {
    negotiation = Optional.empty();
    if (inbound) {
      timer.ifPresent(pending -> pending.cancel(false));
      timer = Optional.empty();
      LinkStream served = link.newStream(this, protocol);
      stream = Optional.of(served);
      if (!link.serve(served)) {
        rest.release();
        refuse(Refusal.TOO_MANY_STREAMS, "one too many");
        return;
      }
    }
    opened.complete(stream.orElseThrow());
    if (rest.isReadable()) {
      deliver(rest);
    } else {
      rest.release();
    }
  }

  private void sendAnswer(Negotiation pending) {
    ByteBuf answer = pending.output().apply(link.allocator());
    if (answer.isReadable()) {
      link.session().write(handle, answer);
    } else {
      answer.release();
    }
  }

  private void refuse(Refusal refusal, String sentence) {
    refuse(refusal, new IOException(name() + " is reset: " + sentence));
  }

  private void refuse(Refusal refusal, IOException cause) {
    link.count(refusal);
    link.session().reset(handle);
    fail(cause);
  }

  private void negotiationTimeout() {
    if (!gone && negotiation.isPresent()) {
      refuse(
          Refusal.NEGOTIATION_TIMEOUT,
          new SocketTimeoutException(name() + " is reset: no protocol was agreed on in time"));
      link.wantDrain();
    }
  }

  void remoteClosed() {
    remoteClosed = true;
    if (negotiation.isPresent()) {
      refuse(Refusal.BROKEN_NEGOTIATION, "it ended before a protocol was agreed on");
      return;
    }
    LinkStream user = stream.orElseThrow();
    user.remoteClosed();
    report(user);
    goneIfOver(user.wishes());
  }

  void writable() {
    turn();
  }

  /** It is over, not in order; the muxer knows. */
  void fail(IOException cause) {
    if (gone) {
      return;
    }
    stream.ifPresent(user -> user.fail(cause));
    opened.completeExceptionally(cause);
    leave();
  }
}
