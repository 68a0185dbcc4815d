package io.banyan.node.lease;

import io.banyan.p2p.ConnectionListener;
import io.banyan.p2p.Host;
import io.banyan.p2p.Multiaddr;
import io.banyan.p2p.P2pStream;
import io.banyan.p2p.PeerConnection;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Message;
import io.banyan.schema.PeerId;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.WireCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The streams of {@code /banyan/task/1}: to each peer that is a node, one that this node opens and
 * writes, and one that the peer opens and this node reads. Both begin with a capability report. A
 * heartbeat goes out every second, whatever else does.
 *
 * <p>A peer that breaks the protocol, or does not read what it is sent, loses its connection.
 *
 * <p>Safe for any thread. The inbox is called from one virtual thread a peer, which may block.
 */
public final class TaskLinks implements AutoCloseable {
  public static final String PROTOCOL = "/banyan/task/1";

  /** A second: three missed make a peer suspect. */
  static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Messages that wait for one peer; who is behind by more does not read. */
  static final int QUEUE_MAX = 1024;

  /** A stream, and the one that took its place before its end was seen. */
  private static final int STREAMS_PER_PEER_MAX = 2;

  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);

  private final Host host;
  private final Supplier<CapabilityReport> report;
  private final Pulse pulse;
  private final DialLimits dials = new DialLimits(InstantSource.system());
  private final Map<PeerId, Outbound> outbound = new ConcurrentHashMap<>();
  private final ReentrantLock turns = new ReentrantLock(); // guards inbound; nothing waits in it
  private final Map<PeerId, P2pStream> inbound = new HashMap<>(); // of those that joined

  /** Takes what peers say. */
  public interface Inbox {
    /** A peer has shown that it is a node. */
    void joined(PeerId peer, CapabilityReport report);

    void received(PeerId peer, TaskMessage message);

    /** The peer's connection is gone; said once for each time it joined, before it joins again. */
    void left(PeerId peer);

    /** The peer broke the protocol, and loses its connection. */
    void broke(PeerId peer, String sentence);
  }

  /** Makes the heartbeats. */
  @FunctionalInterface
  public interface Pulse {
    Heartbeat beat(PeerId peer, long sequence);
  }

  /**
   * Links over {@code host}; none is made before {@link #serve}.
   *
   * @param report what this node says of itself now
   */
  public TaskLinks(Host host, Supplier<CapabilityReport> report, Pulse pulse) {
    this.host = host;
    this.report = report;
    this.pulse = pulse;
  }

  /** Serves the protocol from now on, and links to every peer that connects. */
  public void serve(Inbox inbox) {
    host.handle(PROTOCOL, STREAMS_PER_PEER_MAX, stream -> read(stream, inbox));
    host.watch(
        new ConnectionListener() {
          @Override
          public void connected(PeerConnection connection) {
            begin(connection.peer());
          }

          @Override
          public void disconnected(PeerId peer) {
            end(peer);
          }
        });
    host.connections().forEach(connection -> begin(connection.peer()));
  }

  /** Links to a connected peer, unless it is done. */
  private void begin(PeerId peer) {
    Outbound fresh = new Outbound(peer);
    if (outbound.putIfAbsent(peer, fresh) == null) {
      fresh.thread.start();
    }
  }

  private void end(PeerId peer) {
    Outbound gone = outbound.remove(peer);
    if (gone != null) {
      gone.stop();
    }
  }

  /**
   * Sends {@code message}, behind all that was sent before.
   *
   * @return whether there is a link to send it on; it may still be lost with the connection
   */
  public boolean send(PeerId peer, TaskMessage message) {
    Outbound link = outbound.get(peer);
    return link != null && link.offer(message);
  }

  /** Tells every peer what this node says of itself now. */
  public void report() {
    CapabilityReport now = report.get();
    outbound.values().forEach(link -> link.offer(now));
  }

  /**
   * Connects to those of {@code wanted} who listen at {@code addresses}, as far as {@link
   * DialLimits} lets it; nobody waits for it.
   *
   * @param lender who gave the addresses
   */
  void dial(PeerId lender, Set<PeerId> wanted, List<String> addresses) {
    for (Multiaddr address : dials.take(lender, wanted, addresses, host.addresses())) {
      Thread.ofVirtual()
          .name("dial")
          .start(
              () -> {
                try {
                  host.connect(address, OPEN_TIMEOUT);
                } catch (IOException e) {
                  dials.failed(address); // nobody is there, or not where a lender said
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }
  }

  /** Reads what a peer sends on the stream that it opened. */
  private void read(P2pStream stream, Inbox inbox) throws IOException {
    PeerId peer = stream.remote();
    try {
      Optional<TaskMessage> message = next(stream);
      if (message.isPresent()) {
        join(stream, firstReport(message.get()), inbox);
      }
      while (message.isPresent()) {
        message = next(stream);
        message.ifPresent(each -> inbox.received(peer, each));
      }
    } catch (BrokenException e) {
      inbox.broke(peer, Sentences.of(e));
      host.disconnect(peer);
      throw e;
    } finally {
      leave(stream, inbox);
    }
  }

  private void join(P2pStream stream, CapabilityReport report, Inbox inbox) {
    PeerId peer = stream.remote();
    turns.lock();
    try {
      if (inbound.put(peer, stream) != null) {
        inbox.left(peer); // whoever reads the stream before this one has not seen its end yet
      }
      begin(peer); // it may have connected before this node served
      inbox.joined(peer, report);
    } finally {
      turns.unlock();
    }
  }

  private boolean isNode(PeerId peer) {
    turns.lock();
    try {
      return inbound.containsKey(peer);
    } finally {
      turns.unlock();
    }
  }

  private void leave(P2pStream stream, Inbox inbox) {
    turns.lock();
    try {
      if (inbound.remove(stream.remote(), stream)) { // else a newer one has taken its place
        inbox.left(stream.remote());
      }
    } finally {
      turns.unlock();
    }
  }

  /** What came is no message, or not the one that belongs here. */
  private static final class BrokenException extends IOException {
    private static final long serialVersionUID = 1;

    BrokenException(String sentence) {
      super(sentence);
    }
  }

  private static Optional<TaskMessage> next(P2pStream stream) throws IOException {
    try {
      Optional<ByteBuffer> frame = Frames.read(FrameKind.TASK, stream.input());
      if (frame.isEmpty()) {
        return Optional.empty();
      }
      Message message = WireCodec.decodeMessage(frame.get());
      if (message instanceof TaskMessage task) {
        return Optional.of(task);
      }
      throw new BrokenException(kind(message) + " is no message of " + PROTOCOL);
    } catch (MalformedMessageException e) {
      throw new BrokenException("malformed message on " + PROTOCOL + ": " + e.getMessage());
    }
  }

  private static CapabilityReport firstReport(TaskMessage message) throws BrokenException {
    if (message instanceof CapabilityReport first) {
      return first;
    }
    throw new BrokenException("the first message on " + PROTOCOL + " is " + kind(message));
  }

  private static String kind(Message message) {
    return message.getClass().getSimpleName();
  }

  /** The stream that this node writes. */
  private final class Outbound {
    private final PeerId peer;
    private final BlockingQueue<TaskMessage> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;

    Outbound(PeerId peer) {
      this.peer = peer;
      this.thread = Thread.ofVirtual().name("task-link").unstarted(this::run);
    }

    boolean offer(TaskMessage message) {
      if (queue.offer(message)) {
        return true;
      }
      host.disconnect(peer); // it does not read; what is queued is lost with it
      return false;
    }

    void stop() {
      thread.interrupt();
    }

    private void run() {
      try {
        serve();
        while (isNode(peer)) { // and only the stream was lost
          Thread.sleep(HEARTBEAT);
          serve();
        }
      } catch (InterruptedException e) {
        // The connection is gone.
      } finally {
        outbound.remove(peer, this);
      }
    }

    private void serve() throws InterruptedException {
      try (P2pStream stream = host.open(peer, PROTOCOL, OPEN_TIMEOUT)) {
        OutputStream out = stream.output();
        write(out, report.get());
        out.flush();
        pump(out);
      } catch (IOException e) {
        // A client does not speak the protocol, and a lost connection is told by the host.
      }
    }

    private void pump(OutputStream out) throws IOException, InterruptedException {
      long beatNanos = System.nanoTime();
      for (long sequence = 0; ; ) {
        TaskMessage message =
            queue.poll(Math.max(0, beatNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (message != null) {
          write(out, message);
        }
        if (System.nanoTime() - beatNanos >= 0) {
          write(out, pulse.beat(peer, sequence++));
          beatNanos = System.nanoTime() + HEARTBEAT.toNanos();
        }
        if (queue.isEmpty()) {
          out.flush();
        }
      }
    }
  }

  private static void write(OutputStream out, TaskMessage message) throws IOException {
    out.write(Frames.frame(FrameKind.TASK, WireCodec.encodeMessage(message)));
  }

  @Override
  public void close() {
    outbound.values().forEach(Outbound::stop);
  }
}
