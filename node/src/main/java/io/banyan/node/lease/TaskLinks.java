package io.banyan.node.lease;

import io.banyan.p2p.ConnectionListener;
import io.banyan.p2p.Host;
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
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
  private static final int QUEUE_MAX = 1024;

  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);

  private final Host host;
  private final Supplier<CapabilityReport> report;
  private final Pulse pulse;
  private final Map<PeerId, Outbound> outbound = new ConcurrentHashMap<>();

  /** Takes what peers say. */
  public interface Inbox {
    /** A peer has shown that it is a node. */
    void joined(PeerId peer, CapabilityReport report);

    void received(PeerId peer, TaskMessage message);

    /** The peer's connection is gone; said once for each time it joined. */
    void left(PeerId peer);
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
    host.handle(PROTOCOL, 1, stream -> read(stream, inbox));
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
  }

  private void begin(PeerId peer) {
    Outbound fresh = new Outbound(peer);
    Outbound before = outbound.put(peer, fresh);
    if (before != null) {
      before.stop();
    }
    fresh.thread.start();
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

  /** Reads what a peer sends on the stream that it opened. */
  private void read(P2pStream stream, Inbox inbox) throws IOException {
    PeerId peer = stream.remote();
    InputStream in = stream.input();
    boolean joined = false;
    try {
      while (true) {
        Optional<ByteBuffer> frame = Frames.read(FrameKind.TASK, in);
        if (frame.isEmpty()) {
          return;
        }
        TaskMessage message = taskMessage(WireCodec.decodeMessage(frame.get()));
        if (!joined) {
          inbox.joined(peer, firstReport(message));
          joined = true;
        } else {
          inbox.received(peer, message);
        }
      }
    } catch (MalformedMessageException e) {
      throw new IOException("peer " + peer + " broke " + PROTOCOL + ": " + e.getMessage(), e);
    } finally {
      if (joined) {
        inbox.left(peer);
      }
      // One way without the other is no link: both begin anew with a new connection.
      host.disconnect(peer);
    }
  }

  private static TaskMessage taskMessage(Message message) throws IOException {
    if (message instanceof TaskMessage task) {
      return task;
    }
    throw new IOException(message.getClass().getSimpleName() + " is no message of " + PROTOCOL);
  }

  private static CapabilityReport firstReport(TaskMessage message) throws IOException {
    if (message instanceof CapabilityReport first) {
      return first;
    }
    throw new IOException(
        "the first message on " + PROTOCOL + " is a " + message.getClass().getSimpleName());
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
      try (P2pStream stream = host.open(peer, PROTOCOL, OPEN_TIMEOUT)) {
        OutputStream out = stream.output();
        write(out, report.get());
        out.flush();
        pump(out);
      } catch (IOException e) {
        // A client does not speak the protocol, and a lost connection is told by the host.
        outbound.remove(peer, this);
      } catch (InterruptedException e) {
        outbound.remove(peer, this);
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
