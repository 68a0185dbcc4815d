package io.banyan.p2p;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UvarintTest {
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "255, ff01",
    "300, ac02",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f"
  })
  void smallGroupsComeFirst(long value, String hex) throws ViolationException {
    ByteBuf out = Unpooled.buffer();

    Uvarint.write(value, out);

    assertEquals(hex, ByteBufUtil.hexDump(out));
    assertEquals(hex.length() / 2, Uvarint.length(value));
    assertEquals(OptionalLong.of(value), Uvarint.read(out, value));
  }

  @ParameterizedTest
  @CsvSource({
    "8000, the number 0 is written longer than it needs",
    "818000, the number 1 is written longer than it needs",
    "8108, the number 1025 is over the limit 1024",
    "ffffffffffffffffff01, the number 16383 is over the limit 1024",
    "808080808080808080, a number is longer than 9 bytes"
  })
  void aNumberThatBreaksARuleIsRefused(String hex, String sentence) {
    ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));

    var refused = assertThrows(ViolationException.class, () -> Uvarint.read(in, 1024));

    assertEquals(sentence, refused.getMessage());
  }

  @Property
  void whatIsWrittenReadsBackWhenItIsThereWhole(@ForAll @LongRange(max = Long.MAX_VALUE) long value)
      throws ViolationException {
    ByteBuf out = Unpooled.buffer();
    Uvarint.write(value, out);

    for (int length = 0; length < out.writerIndex(); length++) {
      ByteBuf part = out.slice(0, length);
      assertEquals(OptionalLong.empty(), Uvarint.read(part, Long.MAX_VALUE));
      assertEquals(0, part.readerIndex());
    }
    assertEquals(OptionalLong.of(value), Uvarint.read(out, Long.MAX_VALUE));
    assertEquals(Uvarint.length(value), out.readerIndex());
  }
}
