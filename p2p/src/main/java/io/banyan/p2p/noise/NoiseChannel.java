package io.banyan.p2p.noise;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.function.Consumer;

/**
 * Both directions of a secured connection: each message is its length, u16 big-endian, and at most
 * 65535 sealed bytes (libp2p specification, "noise-libp2p", "Wire Format"). It holds one message of
 * each direction, 128 KiB in all.
 *
 * <p>Confined to the connection's event loop.
 */
public final class NoiseChannel {
  private static final int HEADER_LENGTH = 2;
  private static final int MESSAGE_LENGTH_MAX =
      CipherState.PLAIN_LENGTH_MAX + CipherState.TAG_LENGTH;

  /**
   * Plaintext waits for its readers on the heap, where none of it can be lost: streams end in many
   * ways, and not all of them pass by here.
   */
  private static final ByteBufAllocator PLAIN = new UnpooledByteBufAllocator(false, true);

  private final CipherState sending;
  private final CipherState receiving;
  private final byte[] sealed = new byte[HEADER_LENGTH + MESSAGE_LENGTH_MAX];

  /** What has come of the message that is coming in: {@code filled} bytes, behind the header. */
  private final byte[] message = new byte[MESSAGE_LENGTH_MAX];

  private int filled;
  private int headerBytes;
  private int messageLength;

  public NoiseChannel(CipherState sending, CipherState receiving) {
    this.sending = sending;
    this.receiving = receiving;
  }

  /**
   * Seals what is readable in {@code plain}, which is neither kept nor released.
   *
   * @param plain on the heap, at most {@link CipherState#PLAIN_LENGTH_MAX} bytes
   * @throws ViolationException if the key is used up
   */
  public ByteBuf seal(ByteBuf plain, ByteBufAllocator allocator) throws ViolationException {
    int length =
        sending.seal(
            plain.array(),
            plain.arrayOffset() + plain.readerIndex(),
            plain.readableBytes(),
            sealed,
            HEADER_LENGTH);
    sealed[0] = (byte) (length >>> 8);
    sealed[1] = (byte) length;
    return allocator
        .directBuffer(HEADER_LENGTH + length)
        .writeBytes(sealed, 0, HEADER_LENGTH + length);
  }

  /**
   * Takes bytes as they came, and hands on what they open to, which is then the taker's to release.
   * Neither keeps nor releases {@code bytes}.
   *
   * @throws ViolationException if a message is not as it was sealed; the connection must end
   */
  public void open(ByteBuf bytes, Consumer<ByteBuf> taker) throws ViolationException {
    while (bytes.isReadable()) {
      if (headerBytes < HEADER_LENGTH) {
        messageLength = messageLength << 8 | bytes.readUnsignedByte();
        headerBytes++;
        continue;
      }
      int count = Math.min(bytes.readableBytes(), messageLength - filled);
      bytes.readBytes(message, filled, count);
      filled += count;
      if (filled == messageLength) {
        openMessage(taker);
      }
    }
  }

  private void openMessage(Consumer<ByteBuf> taker) throws ViolationException {
    ByteBuf plain = PLAIN.heapBuffer(Math.max(0, messageLength - CipherState.TAG_LENGTH));
    int length = receiving.open(message, messageLength, plain.array());
    filled = 0;
    headerBytes = 0;
    messageLength = 0;
    if (length > 0) {
      taker.accept(plain.writerIndex(length));
    }
  }
}
