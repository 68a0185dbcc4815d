package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class SignedTest {
  @Property(tries = 200)
  void signedBytesAreTakenApartAsTheyWerePutTogether(@ForAll("signed") Signed signed) {
    assertEquals(signed, Signed.of(Bytes.of(signed.toBytes())));
  }

  @Provide
  Arbitrary<Signed> signed() {
    return SchemaArbitraries.signed();
  }

  @Test
  void theLayoutIsSignerSignaturePayload() {
    Signed signed = Examples.signed(5);
    byte[] bytes = signed.toBytes();

    assertEquals(32 + 64 + 5, bytes.length);
    assertEquals(signed.signer().bytes().asByteBuffer().get(0), bytes[0]);
    assertEquals(7, bytes[32]);
    assertEquals(8, bytes[96]);
  }

  @Test
  void fewerThan96BytesAreRefused() {
    assertEquals(0, Signed.of(Bytes.of(new byte[96])).payload().length());
    assertThrows(IllegalArgumentException.class, () -> Signed.of(Bytes.of(new byte[95])));
  }

  @Test
  void theNameIsOverSignatureAndAll() {
    Signed signed = Examples.signed(5);
    byte[] other = signed.toBytes();
    other[40] ^= 1;

    assertEquals(Digest.sha256(signed.toBytes()), signed.digest());
    assertNotEquals(signed.digest(), Signed.of(Bytes.of(other)).digest());
    assertEquals(signed.digest(), JobId.of(signed).digest());
  }
}
