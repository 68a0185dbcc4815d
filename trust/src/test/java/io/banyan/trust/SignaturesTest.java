package io.banyan.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;

class SignaturesTest {
  private static final String SEED =
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

  private static final Identity SIGNER = Identity.ofSeed(hex(SEED));

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Signed signed(byte[] signer, byte[] signature, byte[] payload) {
    return new Signed(new PublicKey(Bytes.of(signer)), Bytes.of(signature), Bytes.of(payload));
  }

  /** RFC 8032 section 7.1: tests 1, 2, 3, 1024 and SHA(abc). */
  @Test
  void publicKeysAreThoseOfTheRfc() {
    Map<String, String> publicBySecret =
        Map.of(
            SEED,
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
            "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf");

    publicBySecret.forEach(
        (secret, expected) ->
            assertEquals(
                new PublicKey(Bytes.of(hex(expected))), Identity.ofSeed(hex(secret)).publicKey()));
  }

  /** The first vector signs no bytes, which no domain does: it holds the primitive alone. */
  @Test
  void thePrimitiveIsThatOfTheRfc() {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];

    new Ed25519PrivateKeyParameters(hex(SEED))
        .sign(Ed25519.Algorithm.Ed25519, null, new byte[0], 0, 0, signature, 0);

    assertEquals(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e397"
            + "01cf9b46bd25bf5f0595bbe24655141438e7a100b",
        HexFormat.of().formatHex(signature));
  }

  /** Signed by another library (Python's cryptography) over u8 length, tag, payload. */
  private static final Map<SigningDomain, String> GOLDEN =
      Map.of(
          SigningDomain.MANIFEST,
          "e94095630340bbe864b3e454402515ecef339b09d50dc3bc92b3b4c1b2316c06b8e8bb7b73d401ce813e0d6"
              + "6bf1a97f6cd0ca06e9b779a5f3e00c18032def403",
          SigningDomain.LEASE,
          "54fabd8f50b101aad45ea26cb7de50a65012701834cdebaa1e4daf2fe6516206c1353beae38cc815413d330"
              + "75ad9f61250018f048f42b86b99d45031b6f4030d",
          SigningDomain.RECEIPT,
          "cfd4ab084294879e841e13859a4816714d2e727e64f110756e422f0844a21ce7269303a88423093de506d8e"
              + "0a42208b7a78fd7febda6b5a075e6adcd339e2a0d",
          SigningDomain.TASK_FAILURE,
          "9e42efcb56165916f869a2e0792360e0adb5927c2c8b3398ce2eee7fc1e1fa07a3415284085a738547f9bc3"
              + "9fea56f2dc6894e277e47020fa7a0bf72f660f208",
          SigningDomain.ACCEPTED,
          "38c28aa15bceaa07494118f9edc842a982ce0747c4964438ea3f1fec0b747cfea841b129eb5421f7b039487"
              + "71b1868f2bbec71c7ec1719c3968680a8365dd007",
          SigningDomain.CANCEL,
          "df7905e09f4c1c07e3ddd463c8b533b600db8e3e087cbb2de3487b38d69de2a59a1560b179515f58545d098"
              + "78d2da3e77d7be8fb141f0dafc4576d657652ee07");

  @Test
  void signaturesAreGolden() {
    for (SigningDomain domain : SigningDomain.values()) {
      Signed signed = SIGNER.sign(domain, ascii("payload"));

      assertEquals(GOLDEN.get(domain), HexFormat.of().formatHex(signed.signature().toArray()));
      assertEquals(Bytes.of(ascii("payload")), signed.payload());
      assertEquals(SIGNER.publicKey(), signed.signer());
    }
  }

  @Test
  void whatWasSignedAsOneThingIsNotAnother() {
    for (SigningDomain one : SigningDomain.values()) {
      Signed signed = SIGNER.sign(one, ascii("payload"));
      for (SigningDomain other : SigningDomain.values()) {
        assertEquals(one == other, Signatures.hold(other, signed), one + " as " + other);
      }
    }
  }

  /** A tag cannot flow into the payload: its length stands before it. */
  @Test
  void noPayloadTurnsOneDomainIntoAnother() {
    for (SigningDomain one : SigningDomain.values()) {
      for (SigningDomain other : SigningDomain.values()) {
        byte[] ones = one.preimage(Bytes.EMPTY);
        byte[] others = other.preimage(Bytes.EMPTY);
        boolean prefix =
            ones.length <= others.length
                && HexFormat.of().formatHex(others).startsWith(HexFormat.of().formatHex(ones));

        assertEquals(one == other, prefix);
      }
    }
  }

  @Property(tries = 50)
  void whatASignerSignsHolds(@ForAll byte[] payload, @ForAll SigningDomain domain) {
    assertTrue(Signatures.hold(domain, SIGNER.sign(domain, payload)));
  }

  @Test
  void everyBitIsUnderTheSignature() {
    Signed signed = SIGNER.sign(SigningDomain.RECEIPT, ascii("payload"));
    byte[] bytes = signed.toBytes();

    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertFalse(
          Signatures.hold(SigningDomain.RECEIPT, Signed.of(Bytes.of(changed))), "bit " + bit);
    }
  }

  @Test
  void aPayloadThatIsLongerOrShorterDoesNotHold() {
    Signed signed = SIGNER.sign(SigningDomain.LEASE, ascii("payload"));

    for (String payload : List.of("payloa", "payload ", "")) {
      Signed other = new Signed(signed.signer(), signed.signature(), Bytes.of(ascii(payload)));
      assertFalse(Signatures.hold(SigningDomain.LEASE, other));
    }
  }

  /** S and S + L satisfy the same equation; only the smaller one is a signature. */
  @Test
  void aScalarThatIsNotCanonicalDoesNotHold() {
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    Signed signed = SIGNER.sign(SigningDomain.RECEIPT, ascii("payload"));
    byte[] signature = signed.signature().toArray();
    byte[] bigEndian = new byte[32];
    for (int i = 0; i < 32; i++) {
      bigEndian[i] = signature[63 - i];
    }

    byte[] shifted = new BigInteger(1, bigEndian).add(order).toByteArray();
    for (int i = 0; i < 32; i++) {
      signature[32 + i] = i < shifted.length ? shifted[shifted.length - 1 - i] : 0;
    }

    assertFalse(
        Signatures.hold(
            SigningDomain.RECEIPT,
            new Signed(signed.signer(), Bytes.of(signature), signed.payload())));
  }

  /* The eight points whose order divides 8, and encodings of them that are not canonical. Under the
   * first, R = A and S = 0 would be everybody's signature of everything. */
  private static final List<String> SMALL_ORDER =
      List.of(
          "0100000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0000000000000000000000000000000000000000000000000000000000000080",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
          "0100000000000000000000000000000000000000000000000000000000000080",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

  @Test
  void aKeyOfSmallOrderSignsNothing() {
    byte[] signature = new byte[Signed.SIGNATURE_LENGTH];
    for (String key : SMALL_ORDER) {
      for (String point : SMALL_ORDER) {
        System.arraycopy(hex(point), 0, signature, 0, 32);
        for (int i = 0; i < 16; i++) {
          Signed signed = signed(hex(key), signature, new byte[] {(byte) i});
          assertFalse(Signatures.hold(SigningDomain.RECEIPT, signed), key + " with R " + point);
        }
      }
    }
  }

  @Test
  void aSecretIsThirtyTwoBytes() {
    assertEquals(
        "secret key is 31 bytes long, not 32",
        assertThrows(IllegalArgumentException.class, () -> Identity.ofSeed(new byte[31]))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Identity.ofSeed(new byte[33]));
  }

  @Test
  void anIdentityKeepsItsOwnCopyAndDoesNotTellIt() {
    byte[] seed = hex(SEED);
    Identity identity = Identity.ofSeed(seed);
    byte[] payload = ascii("payload");

    Signed signed = identity.sign(SigningDomain.LEASE, payload);
    seed[0] = 0;
    payload[0] = 0;

    assertTrue(Signatures.hold(SigningDomain.LEASE, signed));
    assertEquals(signed, identity.sign(SigningDomain.LEASE, ascii("payload")));
    assertFalse(identity.toString().contains(SEED));
    assertEquals(identity.publicKey().toString(), identity.toString());
  }
}
