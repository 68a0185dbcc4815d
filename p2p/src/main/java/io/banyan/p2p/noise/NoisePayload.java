package io.banyan.p2p.noise;

import io.banyan.p2p.ProtoReader;
import io.banyan.p2p.ViolationException;
import io.banyan.schema.Bytes;
import io.banyan.schema.PublicKey;
import io.banyan.trust.Signatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a peer says of itself inside the handshake: NoiseHandshakePayload (libp2p specification,
 * "noise-libp2p").
 *
 * @param identity whose signature stands for the connection's static key
 * @param muxers those that it speaks, in its order; empty if it does not say so here
 */
record NoisePayload(PublicKey identity, List<String> muxers) {
  static final int IDENTITY_KEY = 1;
  static final int IDENTITY_SIGNATURE = 2;
  static final int EXTENSIONS = 4;

  /** In the extensions. */
  static final int STREAM_MUXERS = 2;

  private static final int KEY_TYPE = 1;
  private static final int KEY_DATA = 2;
  private static final List<String> KEY_TYPES = List.of("RSA", "Ed25519", "Secp256k1", "ECDSA");
  private static final int ED25519 = 1;

  /** A handshake message is at most 65535 bytes long, and so is any part of it. */
  private static final int FIELD_LENGTH_MAX = 65_535;

  /** go-libp2p and js-libp2p name one or two. */
  private static final int MUXERS_MAX = 16;

  private static final int MUXER_LENGTH_MAX = 128;

  NoisePayload {
    muxers = List.copyOf(muxers);
  }

  /**
   * Reads a payload, and checks its signature against the static key that came with it.
   *
   * @throws ViolationException with what is wrong with it
   */
  static NoisePayload read(byte[] payload, byte[] staticKey) throws ViolationException {
    Optional<PublicKey> identity = Optional.empty();
    byte[] signature = {};
    List<String> muxers = new ArrayList<>();
    ProtoReader reader = new ProtoReader(Bytes.of(payload));
    while (reader.next()) {
      switch (reader.field()) {
        case IDENTITY_KEY -> identity = Optional.of(readKey(reader.bytes(FIELD_LENGTH_MAX)));
        case IDENTITY_SIGNATURE -> signature = reader.bytes(FIELD_LENGTH_MAX).toArray();
        case EXTENSIONS -> readMuxers(reader.bytes(FIELD_LENGTH_MAX), muxers);
        default -> {} // What later versions say is not for us.
      }
    }
    PublicKey key =
        identity.orElseThrow(() -> new ViolationException("the peer does not say who it is"));
    if (!Signatures.holdNoiseKey(key, staticKey, signature)) {
      throw new ViolationException(
          "the signature of " + key + " does not stand for the key of this connection");
    }
    return new NoisePayload(key, muxers);
  }

  private static PublicKey readKey(Bytes message) throws ViolationException {
    long type = -1;
    Bytes data = Bytes.EMPTY;
    ProtoReader reader = new ProtoReader(message);
    while (reader.next()) {
      switch (reader.field()) {
        case KEY_TYPE -> type = reader.varint();
        case KEY_DATA -> data = reader.bytes(FIELD_LENGTH_MAX);
        default -> {} // As above.
      }
    }
    if (type != ED25519) {
      String name =
          type >= 0 && type < KEY_TYPES.size() ? KEY_TYPES.get((int) type) : "unknown type " + type;
      throw new ViolationException(
          "the peer's identity is a key of " + name + "; only Ed25519 is taken here");
    }
    if (data.length() != PublicKey.LENGTH) {
      throw new ViolationException(
          "the peer's Ed25519 key is " + data.length() + " bytes long, not " + PublicKey.LENGTH);
    }
    return new PublicKey(data);
  }

  private static void readMuxers(Bytes extensions, List<String> muxers) throws ViolationException {
    ProtoReader reader = new ProtoReader(extensions);
    while (reader.next()) {
      if (reader.field() == STREAM_MUXERS) {
        if (muxers.size() == MUXERS_MAX) {
          throw new ViolationException("the peer names more than " + MUXERS_MAX + " muxers");
        }
        muxers.add(reader.text(MUXER_LENGTH_MAX));
      }
    }
  }
}
