package io.banyan.p2p.noise;

import io.banyan.p2p.ViolationException;
import io.banyan.schema.PeerId;
import java.util.List;
import java.util.Optional;

/**
 * A noise-libp2p handshake, from one side (libp2p specification, "noise-libp2p" and "Inlined Muxer
 * Negotiation"). Who the peer is, and whether it is who was expected, is known before this side
 * says anything that only the right peer should hear. After an exception it is done for.
 *
 * <p>For one thread at a time. Each message takes some tenths of a millisecond.
 */
public final class NoiseHandshake {
  private static final byte[] NOTHING = {};

  private final boolean dialing;
  private final NoiseIdentity self;
  private final Optional<PeerId> expected;
  private final List<String> muxers;
  private final XxPattern pattern;
  private Optional<NoisePayload> theirs = Optional.empty();
  private Optional<Secured> secured = Optional.empty();

  private NoiseHandshake(
      boolean dialing, NoiseIdentity self, Optional<PeerId> expected, List<String> muxers) {
    this.dialing = dialing;
    this.self = self;
    this.expected = expected;
    this.muxers = List.copyOf(muxers);
    this.pattern = new XxPattern(dialing, NOTHING, self.staticKey(), DhKey.fresh());
  }

  /**
   * The side that dialed.
   *
   * @param expected who must answer; anyone may if empty
   * @param muxers those that this side speaks, the best first; empty to negotiate it later
   */
  public static NoiseHandshake dialing(
      NoiseIdentity self, Optional<PeerId> expected, List<String> muxers) {
    return new NoiseHandshake(true, self, expected, muxers);
  }

  /** The side that was dialed. */
  public static NoiseHandshake listening(NoiseIdentity self, List<String> muxers) {
    return new NoiseHandshake(false, self, Optional.empty(), muxers);
  }

  /** What is to be sent without having heard anything: the dialer's first message. */
  public Optional<byte[]> begin() throws ViolationException {
    return dialing ? Optional.of(pattern.write(NOTHING)) : Optional.empty();
  }

  /**
   * Takes the peer's next message.
   *
   * @return what is to be sent now
   * @throws ViolationException if the message is not what the handshake allows here, or its sender
   *     cannot show who it is, or shares no muxer
   * @throws WrongPeerException if it is not who was expected
   */
  public Optional<byte[]> receive(byte[] message) throws ViolationException, WrongPeerException {
    byte[] payload = pattern.read(message);
    if (pattern.theirStatic().length > 0) {
      accept(NoisePayload.read(payload, pattern.theirStatic()));
    }
    Optional<byte[]> reply =
        pattern.writesNext() ? Optional.of(pattern.write(self.payload(muxers))) : Optional.empty();
    pattern.keys().ifPresent(this::finish);
    return reply;
  }

  private void finish(XxPattern.Keys keys) {
    NoisePayload payload = theirs.orElseThrow();
    secured =
        Optional.of(
            new Secured(
                payload.identity().peerId(), keys.sending(), keys.receiving(), muxer(payload)));
  }

  private void accept(NoisePayload payload) throws ViolationException, WrongPeerException {
    PeerId found = payload.identity().peerId();
    if (expected.isPresent() && !expected.get().equals(found)) {
      throw new WrongPeerException(expected.get(), found);
    }
    boolean bothSay = !muxers.isEmpty() && !payload.muxers().isEmpty();
    if (bothSay && muxer(payload).isEmpty()) {
      throw new ViolationException(
          found + " speaks none of " + muxers + ", but " + payload.muxers());
    }
    theirs = Optional.of(payload);
  }

  /** The first of the dialer's muxers that both speak. */
  private Optional<String> muxer(NoisePayload payload) {
    List<String> first = dialing ? muxers : payload.muxers();
    List<String> second = dialing ? payload.muxers() : muxers;
    return first.stream().filter(second::contains).findFirst();
  }

  /** What it came to; empty until the last message was sent or received. */
  public Optional<Secured> secured() {
    return secured;
  }
}
