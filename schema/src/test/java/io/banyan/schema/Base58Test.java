package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class Base58Test {
  /** The test vectors of draft-msporny-base58-03, section 5. */
  @Test
  void theDraftsExamplesComeOut() {
    byte[] hello = "Hello World!".getBytes(StandardCharsets.US_ASCII);
    byte[] zeros = HexFormat.of().parseHex("0000287fb4cd");

    assertEquals("2NEpo7TZRRrLZSi2U", Base58.encode(hello));
    assertEquals("11233QC4", Base58.encode(zeros));
    assertArrayEquals(hello, Base58.decode("2NEpo7TZRRrLZSi2U"));
    assertArrayEquals(zeros, Base58.decode("11233QC4"));
  }

  @Test
  void nothingIsNothingAndAZeroIsAOne() {
    assertEquals("", Base58.encode(new byte[0]));
    assertArrayEquals(new byte[0], Base58.decode(""));
    assertEquals("1", Base58.encode(new byte[1]));
    assertArrayEquals(new byte[1], Base58.decode("1"));
  }

  @Property(tries = 300)
  void allBytesComeBack(@ForAll @Size(max = 48) byte[] bytes) {
    assertArrayEquals(bytes, Base58.decode(Base58.encode(bytes)));
  }

  @Test
  void lettersThatLookAlikeAreNoDigits() {
    for (String text : new String[] {"0", "O", "I", "l", "1 1", "ü"}) {
      assertThrows(IllegalArgumentException.class, () -> Base58.decode(text), text);
    }
  }
}
