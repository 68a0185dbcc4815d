package io.banyan.p2p;

import io.banyan.p2p.noise.NoiseChannel;
import io.banyan.p2p.noise.NoiseHandshake;
import io.banyan.p2p.noise.NoiseIdentity;
import io.banyan.p2p.noise.Secured;
import io.banyan.trust.Identity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A socket to a host, and on request just so much libp2p that a test can say what no honest peer
 * would.
 */
final class RawPeer implements AutoCloseable {
  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = new DataOutputStream(socket.getOutputStream());
  }

  static RawPeer dial(Host host) throws IOException {
    return dial(host, "127.0.0.1");
  }

  /**
   * @param from the address to dial from
   */
  static RawPeer dial(Host host, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    Multiaddr to = host.addresses().getFirst();
    socket.connect(new InetSocketAddress(InetAddress.getByName(to.host()), to.port()));
    socket.setSoTimeout(20_000);
    return new RawPeer(socket);
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** One message of multistream-select. */
  void say(String text) throws IOException {
    send(line(text));
  }

  static byte[] line(String text) {
    byte[] bytes = (" " + text + "\n").getBytes(StandardCharsets.UTF_8);
    bytes[0] = (byte) (bytes.length - 1);
    return bytes;
  }

  String hear() throws IOException {
    byte[] bytes = in.readNBytes(in.readUnsignedByte());
    return new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8);
  }

  void agreeOnNoise() throws IOException {
    say("/multistream/1.0.0");
    say("/noise");
    hear();
    hear();
  }

  /** A whole handshake, with the muxers that this side is to name. */
  NoiseChannel handshake(Identity identity, List<String> muxers) throws Exception {
    agreeOnNoise();
    NoiseHandshake handshake =
        NoiseHandshake.dialing(NoiseIdentity.fresh(identity), Optional.empty(), muxers);
    Optional<byte[]> message = handshake.begin();
    while (message.isPresent()) {
      sendMessage(message.get());
      message =
          handshake.secured().isPresent() ? Optional.empty() : handshake.receive(readMessage());
    }
    Secured secured = handshake.secured().orElseThrow();
    return new NoiseChannel(secured.sending(), secured.receiving());
  }

  void sendMessage(byte[] message) throws IOException {
    out.writeShort(message.length);
    send(message);
  }

  byte[] readMessage() throws IOException {
    return in.readNBytes(in.readUnsignedShort());
  }

  /** Seals and sends. */
  void send(NoiseChannel channel, byte[] plain) throws Exception {
    ByteBuf sealed = channel.seal(Unpooled.wrappedBuffer(plain), UnpooledByteBufAllocator.DEFAULT);
    byte[] bytes = new byte[sealed.readableBytes()];
    sealed.readBytes(bytes);
    sealed.release();
    send(bytes);
  }

  /** A frame of yamux: its header in hex, then a payload. */
  static byte[] frame(String header, byte[] payload) {
    byte[] head = HexFormat.of().parseHex(header.replace(" ", ""));
    return Unpooled.copiedBuffer(head, payload).array();
  }

  /** Waits until the host has closed the socket. */
  void untilClosed() {
    try {
      while (in.read() >= 0) {
        // What it said before is of no interest.
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the host has not closed the socket", e);
    } catch (IOException e) {
      // Reset is closed too.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
