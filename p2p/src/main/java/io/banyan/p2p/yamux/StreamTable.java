package io.banyan.p2p.yamux;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The streams there are. A handle is the stream's number on the wire with a serial number above it:
 * a peer may use a number again, but a handle that is kept too long never means another stream.
 */
final class StreamTable {
  private final Map<Integer, YamuxStream> byId = new LinkedHashMap<>();
  private final YamuxLimits limits;
  private final WindowBudget budget;
  private long nextOutboundId;
  private long serial;
  private int outboundCount;
  private int unackedCount;

  StreamTable(Side side, YamuxLimits limits) {
    this.limits = limits;
    this.budget = new WindowBudget(limits.connectionWindowBytesMax());
    this.nextOutboundId = side.firstId();
  }

  Optional<YamuxStream> byId(int id) {
    return Optional.ofNullable(byId.get(id));
  }

  Optional<YamuxStream> byHandle(long handle) {
    return byId((int) handle).filter(stream -> stream.handle() == handle);
  }

  /** Why this side may not open a stream now. */
  Optional<Opening.Reason> refusal() {
    if (nextOutboundId >= 1L << 32) {
      return Optional.of(Opening.Reason.IDS);
    }
    if (outboundCount >= limits.outboundStreamsMax()) {
      return Optional.of(Opening.Reason.STREAMS);
    }
    if (unackedCount >= limits.ackBacklogMax()) {
      return Optional.of(Opening.Reason.ACK_BACKLOG);
    }
    return Optional.empty();
  }

  YamuxStream addOutbound() {
    YamuxStream stream = add((int) nextOutboundId, true);
    nextOutboundId += 2;
    outboundCount++;
    unackedCount++;
    return stream;
  }

  boolean hasRoomForInbound() {
    return byId.size() - outboundCount < limits.inboundStreamsMax();
  }

  YamuxStream addInbound(int id) {
    return add(id, false);
  }

  private YamuxStream add(int id, boolean outbound) {
    long handle = ++serial << 32 | Integer.toUnsignedLong(id);
    ReceiveWindow window = new ReceiveWindow(budget, limits.streamWindowBytesMax());
    YamuxStream stream = new YamuxStream(handle, outbound, window);
    byId.put(id, stream);
    return stream;
  }

  void acked(YamuxStream stream) {
    stream.acked();
    unackedCount--;
  }

  /** Releases all that the stream holds. */
  void remove(YamuxStream stream) {
    byId.remove(stream.id());
    stream.close();
    if (stream.isOutbound()) {
      outboundCount--;
    }
    if (stream.isUnacked()) {
      unackedCount--;
    }
  }

  int count() {
    return byId.size();
  }

  long windowBytes() {
    return budget.bytes();
  }

  void close() {
    byId.values().forEach(YamuxStream::close);
    byId.clear();
    outboundCount = 0;
    unackedCount = 0;
  }
}
