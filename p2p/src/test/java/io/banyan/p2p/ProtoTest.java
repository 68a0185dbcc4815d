package io.banyan.p2p;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtoTest {
  @Test
  void fieldsLeaveInTheOrderOfTheCalls() {
    Bytes message =
        new ProtoWriter().varint(1, 150).text(2, "né").bytes(16, Bytes.of((byte) 7)).message();

    assertEquals(hex("089601" + "12036ec3a9" + "82010107"), message);
  }

  @Test
  void fieldsThatNobodyAsksForAreSkipped() throws ViolationException {
    ProtoReader reader =
        new ProtoReader(hex("089601" + "110102030405060708" + "1a020102" + "2501020304" + "2809"));

    while (reader.next() && reader.field() != 5) {}

    assertEquals(9, reader.varint());
    assertFalse(reader.next());
  }

  @Test
  void valuesComeAsTheirForm() throws ViolationException {
    ProtoReader reader = new ProtoReader(hex("08ffffffffffffffffff01" + "12026869" + "1a0107"));

    assertTrue(reader.next());
    assertEquals(-1, reader.varint());
    assertTrue(reader.next());
    assertEquals("hi", reader.text(2));
    assertTrue(reader.next());
    assertEquals(Bytes.of((byte) 7), reader.bytes(1));
  }

  @ParameterizedTest
  @CsvSource({
    "00, field 0 cannot be",
    "808080808080808008, field 72057594037927936 cannot be",
    "0b, field 1 has the form 3",
    "08, the message ends in a number",
    "0880, the message ends in a number",
    "08ffffffffffffffffffff01, a number is longer than 10 bytes",
    "0a0201, field 1 ends 1 bytes behind the message",
    "0affffffff7f, 'field 1 is 34359738367 bytes long, limit 2147483647'",
    "0d010203, field 1 ends 1 bytes behind the message"
  })
  void bytesThatBreakARuleAreRefused(String hex, String sentence) {
    var refused = assertThrows(ViolationException.class, () -> walk(hex(hex)));

    assertEquals(sentence, refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0a03010203, 'field 1 is 3 bytes long, limit 2'",
    "0801, field 1 has the form 0 in the place of 2",
    "0a01ff, the text in field 1 is not UTF-8"
  })
  void aValueThatBreaksARuleIsRefused(String hex, String sentence) throws ViolationException {
    ProtoReader reader = new ProtoReader(hex(hex));
    reader.next();

    var refused = assertThrows(ViolationException.class, () -> reader.text(2));

    assertEquals(sentence, refused.getMessage());
  }

  @Property
  void noBytesMakeTheReaderFailOtherwise(@ForAll byte[] bytes) {
    try {
      walk(Bytes.of(bytes));
    } catch (ViolationException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  @Property
  void whatIsWrittenReadsBack(@ForAll long number, @ForAll byte[] value) throws ViolationException {
    ProtoReader reader =
        new ProtoReader(new ProtoWriter().varint(7, number).bytes(8, Bytes.of(value)).message());

    assertTrue(reader.next());
    assertEquals(7, reader.field());
    assertEquals(number, reader.varint());
    assertTrue(reader.next());
    assertEquals(Bytes.of(value), reader.bytes(value.length));
    assertFalse(reader.next());
  }

  private static void walk(Bytes message) throws ViolationException {
    ProtoReader reader = new ProtoReader(message);
    while (reader.next()) {}
  }

  private static Bytes hex(String hex) {
    return Bytes.of(HexFormat.of().parseHex(hex));
  }
}
