package io.banyan.p2p;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;

/**
 * What one stream over Noise and yamux comes to on this machine, against a plain TCP socket: bytes
 * a second one way, and round trips of 100 bytes. Both ends are in this process; the two kinds take
 * turns, and the figure is the median of five turns after a warm-up. {@code scripts/bench.sh p2p}
 * runs it.
 */
final class StreamBench {
  private static final int RUNS = 5;
  private static final int WARM_UPS = 3;
  private static final long BULK_BYTES = 256L << 20; // 256 MiB
  private static final int ROUND_TRIPS = 20_000;
  private static final int MESSAGE_BYTES = 100;
  private static final String SINK = "/bench/sink/1";

  private StreamBench() {}

  /** Moves something, and says how much of it a second. */
  @FunctionalInterface
  private interface Turn {
    double run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    try (TestingHosts hosts = new TestingHosts();
        ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Host to = hosts.open(1);
      Host from = hosts.openDialOnly(2);
      to.handle(SINK, 1, stream -> sink(stream.input(), stream.output()));
      to.handle("/bench/echo/1", 1, TestingHosts::echo);
      TestingHosts.connect(from, to);
      Thread.ofPlatform().daemon().start(() -> serve(server));

      report(
          "p2p.stream.noise",
          "MB/s",
          0.15,
          () -> bulk(from, to) / 1e6,
          () -> bulk(server.getLocalPort()) / 1e6);
      report(
          "p2p.roundtrip.noise",
          "1/s",
          0.15,
          () -> roundTrips(from, to),
          () -> roundTrips(server.getLocalPort()));
    }
  }

  private static void report(String name, String unit, double goal, Turn ours, Turn tcp)
      throws Exception {
    for (int i = 0; i < WARM_UPS; i++) {
      ours.run();
      tcp.run();
    }
    double[] values = new double[RUNS];
    double[] ratios = new double[RUNS];
    double[] baselines = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      values[i] = ours.run();
      baselines[i] = tcp.run();
      ratios[i] = values[i] / baselines[i];
    }
    double value = median(values);
    double ratio = median(ratios);
    double spread = (values[RUNS - 1] - values[0]) / value;
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"%s\",\"value\":%.0f,\"unit\":\"%s\",\"baseline\":\"tcp\",\"ratio\":%.3f,"
            + "\"goal\":%.2f,\"of\":\"ratio\",\"better\":\"higher\",\"ok\":%b,\"runs\":%d,"
            + "\"spread\":%.2f}%n",
        name,
        value,
        unit,
        ratio,
        goal,
        ratio >= goal,
        RUNS,
        spread);
    System.err.printf(
        Locale.ROOT,
        "%-22s %10.0f %-5s tcp %10.0f %-5s ratio %.3f, goal %.2f%n",
        name,
        value,
        unit,
        median(baselines),
        unit,
        ratio,
        goal);
  }

  /** Sorts, too. */
  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static double bulk(Host from, Host to) throws Exception {
    try (P2pStream stream = from.open(to.id(), SINK, TestingHosts.LONG)) {
      return bulk(stream.output(), stream.input(), stream::closeWrite);
    }
  }

  private static double bulk(int port) throws Exception {
    try (Socket socket = dial(port)) {
      socket.getOutputStream().write(1);
      return bulk(
          socket.getOutputStream(),
          socket.getInputStream(),
          () -> {
            try {
              socket.shutdownOutput();
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }

  private static double bulk(OutputStream out, InputStream in, Runnable end) throws IOException {
    byte[] piece = new byte[1 << 16];
    long from = System.nanoTime();
    for (long left = BULK_BYTES; left > 0; left -= piece.length) {
      out.write(piece);
    }
    out.flush();
    end.run();
    long count = new DataInputStream(in).readLong();
    if (count != BULK_BYTES) {
      throw new IllegalStateException(count + " bytes of " + BULK_BYTES + " came");
    }
    return BULK_BYTES * 1e9 / (System.nanoTime() - from);
  }

  private static void sink(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long sum = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      sum += count;
    }
    DataOutputStream data = new DataOutputStream(out);
    data.writeLong(sum);
    data.flush();
  }

  private static double roundTrips(Host from, Host to) throws Exception {
    try (P2pStream stream = from.open(to.id(), "/bench/echo/1", TestingHosts.LONG)) {
      return roundTrips(stream.output(), stream.input());
    }
  }

  private static double roundTrips(int port) throws Exception {
    try (Socket socket = dial(port)) {
      socket.getOutputStream().write(2);
      return roundTrips(socket.getOutputStream(), socket.getInputStream());
    }
  }

  private static double roundTrips(OutputStream out, InputStream in) throws IOException {
    byte[] message = new byte[MESSAGE_BYTES];
    long from = System.nanoTime();
    for (int i = 0; i < ROUND_TRIPS; i++) {
      out.write(message);
      out.flush();
      in.readNBytes(message, 0, MESSAGE_BYTES);
    }
    return ROUND_TRIPS * 1e9 / (System.nanoTime() - from);
  }

  private static Socket dial(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** The plain sockets' other end: the first byte says what for. */
  private static void serve(ServerSocket server) {
    while (true) {
      try (Socket socket = server.accept()) {
        socket.setTcpNoDelay(true);
        InputStream in = socket.getInputStream();
        if (in.read() == 1) {
          sink(in, socket.getOutputStream());
        } else {
          byte[] buffer = new byte[1 << 16];
          for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            socket.getOutputStream().write(buffer, 0, count);
          }
        }
      } catch (IOException e) {
        return; // The server socket is closed: the run is over.
      }
    }
  }
}
