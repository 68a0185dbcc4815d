package io.banyan.p2p.noise;

import io.banyan.p2p.ViolationException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The three messages of XX, by which both sides learn each other's static key (Noise Protocol
 * Framework, revision 34, section 7.5):
 *
 * <pre>
 *   -> e                 the initiator's ephemeral key, in the clear
 *   <- e, ee, s, es      the responder's keys; its static key and all that follows are sealed
 *   -> s, se             the initiator's static key, sealed
 * </pre>
 *
 * Each carries a payload behind the keys. Read and written in turn; after a failure it is done for.
 */
final class XxPattern {
  private static final int MESSAGES = 3;

  private final boolean initiator;
  private final DhKey staticKey;
  private final DhKey ephemeralKey;
  private final SymmetricState state = new SymmetricState();
  private byte[] theirStatic = {};
  private byte[] theirEphemeral = {};
  private int next;

  XxPattern(boolean initiator, byte[] prologue, DhKey staticKey, DhKey ephemeralKey) {
    this.initiator = initiator;
    this.staticKey = staticKey;
    this.ephemeralKey = ephemeralKey;
    state.mixHash(prologue);
  }

  /** Whether this side writes the next message. */
  boolean writesNext() {
    return next < MESSAGES && initiator == (next % 2 == 0);
  }

  boolean isDone() {
    return next == MESSAGES;
  }

  /** The other side's static key, once it was sent. */
  byte[] theirStatic() {
    return theirStatic.clone();
  }

  /** What was said so far. */
  byte[] hash() {
    return state.hash();
  }

  byte[] write(byte[] payload) throws ViolationException {
    if (!writesNext()) {
      throw new IllegalStateException("message " + next + " is not this side's to write");
    }
    byte[] keys =
        switch (next++) {
          case 0 -> writeEphemeral();
          case 1 -> {
            byte[] ephemeral = writeEphemeral();
            state.mixKey(ephemeralKey.agree(theirEphemeral));
            byte[] sealed = state.sealAndHash(staticKey.publicKey());
            state.mixKey(staticKey.agree(theirEphemeral));
            yield concat(ephemeral, sealed);
          }
          default -> {
            byte[] sealed = state.sealAndHash(staticKey.publicKey());
            state.mixKey(staticKey.agree(theirEphemeral));
            yield sealed;
          }
        };
    return concat(keys, state.sealAndHash(payload));
  }

  /**
   * Reads the other side's message.
   *
   * @return its payload
   * @throws ViolationException if it is too short, was changed, or holds a key of small order
   */
  byte[] read(byte[] message) throws ViolationException {
    if (writesNext() || isDone()) {
      throw new ViolationException("a handshake message came out of turn");
    }
    int length = readKeys(message);
    return state.openAndHash(Arrays.copyOfRange(message, length, message.length));
  }

  private int readKeys(byte[] message) throws ViolationException {
    switch (next++) {
      case 0 -> {
        return readEphemeral(message);
      }
      case 1 -> {
        int offset = readEphemeral(message);
        state.mixKey(ephemeralKey.agree(theirEphemeral));
        int end = readStatic(message, offset);
        state.mixKey(ephemeralKey.agree(theirStatic));
        return end;
      }
      default -> {
        int end = readStatic(message, 0);
        state.mixKey(ephemeralKey.agree(theirStatic));
        return end;
      }
    }
  }

  private byte[] writeEphemeral() {
    state.mixHash(ephemeralKey.publicKey());
    return ephemeralKey.publicKey();
  }

  private int readEphemeral(byte[] message) throws ViolationException {
    theirEphemeral = part(message, 0, DhKey.LENGTH);
    state.mixHash(theirEphemeral);
    return DhKey.LENGTH;
  }

  private int readStatic(byte[] message, int offset) throws ViolationException {
    int length = DhKey.LENGTH + CipherState.TAG_LENGTH;
    theirStatic = state.openAndHash(part(message, offset, length));
    return offset + length;
  }

  private static byte[] part(byte[] message, int offset, int length) throws ViolationException {
    if (message.length < offset + length) {
      throw new ViolationException(
          "a handshake message is " + message.length + " bytes long, too short for its keys");
    }
    return Arrays.copyOfRange(message, offset, offset + length);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** The keys of both directions, this side's first; empty until the last message. */
  Optional<Keys> keys() {
    if (!isDone()) {
      return Optional.empty();
    }
    CipherState[] both = state.split();
    return Optional.of(initiator ? new Keys(both[0], both[1]) : new Keys(both[1], both[0]));
  }

  record Keys(CipherState sending, CipherState receiving) {}
}
