package io.banyan.p2p.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NoiseChannelTest {
  private static NoiseChannel channel() {
    return new NoiseChannel(new CipherState(new byte[32], 0), new CipherState(new byte[32], 0));
  }

  private static void seal(NoiseChannel channel, byte[] plain, ByteBuf wire)
      throws ViolationException {
    ByteBuf sealed = channel.seal(Unpooled.wrappedBuffer(plain), ByteBufAllocator.DEFAULT);
    wire.writeBytes(sealed);
    sealed.release();
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    buffer.release();
    return bytes;
  }

  @Test
  void aMessageIsItsLengthAndItsSealedBytes() throws ViolationException {
    ByteBuf wire = Unpooled.buffer();
    seal(channel(), new byte[5], wire);

    assertEquals(21, wire.getUnsignedShort(0));
    assertEquals(23, wire.readableBytes());
  }

  /** However the bytes are cut on their way, they open to what was sealed, message by message. */
  @Property(tries = 100)
  void messagesSurviveEveryCut(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int count)
      throws ViolationException {
    Random random = new Random(seed);
    NoiseChannel sender = channel();
    ByteBuf wire = Unpooled.buffer();
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] plain = new byte[length(random)];
      random.nextBytes(plain);
      seal(sender, plain, wire);
      if (plain.length > 0) { // An empty message is in order, and nothing comes of it.
        sent.add(plain);
      }
    }

    NoiseChannel receiver = channel();
    List<byte[]> opened = new ArrayList<>();
    while (wire.isReadable()) {
      int cut =
          Math.min(wire.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 3 : 90_000));
      receiver.open(wire.readSlice(cut), plain -> opened.add(bytes(plain)));
    }

    assertEquals(sent.size(), opened.size());
    for (int i = 0; i < sent.size(); i++) {
      assertArrayEquals(sent.get(i), opened.get(i));
    }
  }

  private static int length(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(3);
      case 1 -> CipherState.PLAIN_LENGTH_MAX - random.nextInt(2);
      default -> random.nextInt(2_000);
    };
  }

  @Test
  void aMessageThatWasChangedOpensToNothing() throws ViolationException {
    ByteBuf wire = Unpooled.buffer();
    seal(channel(), new byte[5], wire);
    wire.setByte(10, wire.getByte(10) ^ 1);
    List<ByteBuf> opened = new ArrayList<>();

    assertThrows(ViolationException.class, () -> channel().open(wire, opened::add));
    assertEquals(List.of(), opened);
  }

  @Test
  void aMessageTooShortForItsTagIsRefused() {
    ByteBuf wire = Unpooled.buffer().writeShort(0).writeShort(0);

    assertThrows(ViolationException.class, () -> channel().open(wire, plain -> {}));
  }
}
