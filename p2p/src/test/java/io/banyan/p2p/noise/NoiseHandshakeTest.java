package io.banyan.p2p.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.ProtoWriter;
import io.banyan.p2p.ViolationException;
import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.trust.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NoiseHandshakeTest {
  private static final List<String> YAMUX = List.of("/yamux/1.0.0");

  private static final Identity ALICE = Identity.ofSeed(new byte[32]);
  private static final Identity BOB =
      Identity.ofSeed("bobbobbobbobbobbobbobbobbobbobbo".getBytes(StandardCharsets.US_ASCII));

  private static PeerId id(Identity identity) {
    return identity.publicKey().peerId();
  }

  private static NoiseHandshake alice(Optional<PeerId> expected, List<String> muxers) {
    return NoiseHandshake.dialing(NoiseIdentity.fresh(ALICE), expected, muxers);
  }

  private static NoiseHandshake bob(List<String> muxers) {
    return NoiseHandshake.listening(NoiseIdentity.fresh(BOB), muxers);
  }

  /** Changes nothing. */
  private static byte[] asIs(int index, byte[] message) {
    return message;
  }

  @FunctionalInterface
  private interface Wire {
    byte[] carry(int index, byte[] message);
  }

  /** Carries messages to and fro until nobody has anything to say; answers how many. */
  private static int run(NoiseHandshake dialer, NoiseHandshake listener, Wire wire)
      throws ViolationException, WrongPeerException {
    Optional<byte[]> message = dialer.begin();
    int count = 0;
    for (NoiseHandshake to = listener; message.isPresent(); count++) {
      message = to.receive(wire.carry(count, message.get()));
      to = to == listener ? dialer : listener;
    }
    return count;
  }

  @Test
  void eachSideLearnsWhoTheOtherIs() throws Exception {
    NoiseHandshake alice = alice(Optional.of(id(BOB)), YAMUX);
    NoiseHandshake bob = bob(YAMUX);

    assertEquals(3, run(alice, bob, NoiseHandshakeTest::asIs));

    Secured alices = alice.secured().orElseThrow();
    Secured bobs = bob.secured().orElseThrow();
    assertEquals(id(BOB), alices.peer());
    assertEquals(id(ALICE), bobs.peer());
    byte[] sealed = new byte[19];
    byte[] opened = new byte[3];
    alices.sending().seal(new byte[] {1, 2, 3}, 0, 3, sealed, 0);
    bobs.receiving().open(sealed, 19, opened);
    assertArrayEquals(new byte[] {1, 2, 3}, opened);
    bobs.sending().seal(new byte[] {4, 5, 6}, 0, 3, sealed, 0);
    alices.receiving().open(sealed, 19, opened);
    assertArrayEquals(new byte[] {4, 5, 6}, opened);
  }

  @Test
  void whoeverAnswersIsTakenIfNobodyWasExpected() throws Exception {
    NoiseHandshake alice = alice(Optional.empty(), YAMUX);

    run(alice, bob(YAMUX), NoiseHandshakeTest::asIs);

    assertEquals(id(BOB), alice.secured().orElseThrow().peer());
  }

  @Test
  void theWrongPeerIsToldNothing() {
    NoiseHandshake alice = alice(Optional.of(id(ALICE)), YAMUX);
    List<byte[]> sent = new ArrayList<>();

    WrongPeerException refused =
        assertThrows(
            WrongPeerException.class,
            () ->
                run(
                    alice,
                    bob(YAMUX),
                    (index, message) -> {
                      sent.add(message);
                      return message;
                    }));

    assertEquals(id(BOB) + " answered, and not " + id(ALICE), refused.getMessage());
    assertEquals(2, sent.size(), "messages until then: the dialer's key, and the answer");
    assertTrue(alice.secured().isEmpty());
  }

  @Test
  void everyChangedByteEndsIt() throws Exception {
    List<Integer> lengths = new ArrayList<>();
    run(
        alice(Optional.of(id(BOB)), YAMUX),
        bob(YAMUX),
        (index, message) -> {
          lengths.add(message.length);
          return message;
        });

    for (int changed = 0; changed < 3; changed++) {
      for (int offset = 0; offset < lengths.get(changed); offset++) {
        int where = changed;
        int at = offset;
        assertThrows(
            ViolationException.class,
            () ->
                run(
                    alice(Optional.of(id(BOB)), YAMUX),
                    bob(YAMUX),
                    (index, message) -> {
                      if (index == where) {
                        message[at] ^= 1;
                      }
                      return message;
                    }),
            "byte " + at + " of message " + where);
      }
    }
  }

  @Test
  void theDialersFirstMuxerThatBothSpeakIsTaken() throws Exception {
    NoiseHandshake alice = alice(Optional.empty(), List.of("/a", "/b", "/c"));
    NoiseHandshake bob = bob(List.of("/c", "/b"));

    run(alice, bob, NoiseHandshakeTest::asIs);

    assertEquals(Optional.of("/b"), alice.secured().orElseThrow().muxer());
    assertEquals(Optional.of("/b"), bob.secured().orElseThrow().muxer());
  }

  @Test
  void peersThatShareNoMuxerPart() {
    ViolationException refused =
        assertThrows(
            ViolationException.class,
            () ->
                run(
                    alice(Optional.empty(), YAMUX),
                    bob(List.of("/mplex/6.7.0")),
                    NoiseHandshakeTest::asIs));

    assertEquals(
        id(BOB) + " speaks none of [/yamux/1.0.0], but [/mplex/6.7.0]", refused.getMessage());
  }

  @Test
  void aPeerThatSaysNothingOfMuxersIsAskedLater() throws Exception {
    NoiseHandshake alice = alice(Optional.empty(), YAMUX);
    NoiseHandshake bob = bob(List.of());

    run(alice, bob, NoiseHandshakeTest::asIs);

    assertEquals(Optional.empty(), alice.secured().orElseThrow().muxer());
    assertEquals(Optional.empty(), bob.secured().orElseThrow().muxer());
  }

  /** Answers with {@code payload}, signed or not, as a foreign implementation might. */
  private static String refusal(DhKey staticKey, byte[] payload) throws Exception {
    XxPattern stranger = new XxPattern(false, new byte[0], staticKey, DhKey.fresh());
    NoiseHandshake alice = alice(Optional.empty(), YAMUX);
    stranger.read(alice.begin().orElseThrow());
    byte[] answer = stranger.write(payload);

    return assertThrows(ViolationException.class, () -> alice.receive(answer)).getMessage();
  }

  private static Bytes key(long type, byte[] data) {
    return new ProtoWriter().varint(1, type).bytes(2, Bytes.of(data)).message();
  }

  private static byte[] payload(Bytes key, byte[] signature) {
    return new ProtoWriter().bytes(1, key).bytes(2, Bytes.of(signature)).message().toArray();
  }

  @Test
  void onlyEd25519PeersAreTaken() throws Exception {
    DhKey staticKey = DhKey.fresh();

    assertEquals(
        "the peer's identity is a key of RSA; only Ed25519 is taken here",
        refusal(staticKey, payload(key(0, new byte[294]), new byte[256])));
    assertEquals(
        "the peer's identity is a key of ECDSA; only Ed25519 is taken here",
        refusal(staticKey, payload(key(3, new byte[91]), new byte[71])));
    assertEquals(
        "the peer's identity is a key of unknown type 4; only Ed25519 is taken here",
        refusal(staticKey, payload(key(4, new byte[32]), new byte[64])));
    assertEquals(
        "the peer's Ed25519 key is 31 bytes long, not 32",
        refusal(staticKey, payload(key(1, new byte[31]), new byte[64])));
  }

  @Test
  void aKeyWithoutTheIdentitysSignatureIsRefused() throws Exception {
    DhKey staticKey = DhKey.fresh();
    Bytes bob = key(1, BOB.publicKey().bytes().toArray());
    String refused =
        "the signature of " + id(BOB) + " does not stand for the key of this connection";

    assertEquals("the peer does not say who it is", refusal(staticKey, new byte[0]));
    assertEquals(refused, refusal(staticKey, payload(bob, new byte[0])));
    assertEquals(
        refused, refusal(staticKey, payload(bob, BOB.signNoiseKey(DhKey.fresh().publicKey()))));
    assertEquals(
        refused, refusal(staticKey, payload(bob, ALICE.signNoiseKey(staticKey.publicKey()))));
  }

  @Test
  void aPayloadThatIsNoMessageIsRefused() throws Exception {
    refusal(DhKey.fresh(), new byte[] {0x0a, 0x05, 0x01});
  }

  @Test
  void aPeerNamesSixteenMuxersAtMost() throws Exception {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      many.add("/muxer/" + i);
    }
    many.set(15, YAMUX.getFirst());
    run(alice(Optional.empty(), YAMUX), bob(many), NoiseHandshakeTest::asIs);

    many.add("/muxer/16");
    ViolationException refused =
        assertThrows(
            ViolationException.class,
            () -> run(alice(Optional.empty(), YAMUX), bob(many), NoiseHandshakeTest::asIs));

    assertEquals("the peer names more than 16 muxers", refused.getMessage());
  }
}
