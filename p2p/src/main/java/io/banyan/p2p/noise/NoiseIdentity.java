package io.banyan.p2p.noise;

import io.banyan.p2p.ProtoWriter;
import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.trust.Identity;
import java.util.Arrays;

/**
 * The static key of this process's connections, and the identity's signature that stands for it.
 * The key is made anew each time, and never stored: the signature is what makes it worth anything.
 *
 * <p>Safe for any thread.
 */
public final class NoiseIdentity {
  private final PeerId peer;
  private final DhKey staticKey;
  private final Bytes signature;

  private NoiseIdentity(PeerId peer, DhKey staticKey, Bytes signature) {
    this.peer = peer;
    this.staticKey = staticKey;
    this.signature = signature;
  }

  public static NoiseIdentity fresh(Identity identity) {
    DhKey staticKey = DhKey.fresh();
    return new NoiseIdentity(
        identity.publicKey().peerId(),
        staticKey,
        Bytes.of(identity.signNoiseKey(staticKey.publicKey())));
  }

  public PeerId peer() {
    return peer;
  }

  DhKey staticKey() {
    return staticKey;
  }

  /** Field 1 and 2 of NoiseHandshakePayload, and the muxers in field 4 (see NoisePayload). */
  byte[] payload(Iterable<String> muxers) {
    ProtoWriter extensions = new ProtoWriter();
    muxers.forEach(muxer -> extensions.text(NoisePayload.STREAM_MUXERS, muxer));
    return new ProtoWriter()
        .bytes(NoisePayload.IDENTITY_KEY, publicKeyMessage(peer))
        .bytes(NoisePayload.IDENTITY_SIGNATURE, signature)
        .bytes(NoisePayload.EXTENSIONS, extensions.message())
        .message()
        .toArray();
  }

  /** The protobuf form of a peer's key: its multihash behind code and length. */
  private static Bytes publicKeyMessage(PeerId peer) {
    byte[] multihash = peer.multihash();
    return Bytes.of(Arrays.copyOfRange(multihash, 2, multihash.length));
  }
}
