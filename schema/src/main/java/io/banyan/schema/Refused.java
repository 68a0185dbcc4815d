package io.banyan.schema;

import java.util.Locale;

/**
 * No, and why. It is nobody's fault: who is refused may ask somebody else, or ask again.
 *
 * @param sentence for people; it names the limit or the flag
 * @param retryAfterMillis when it is worth asking again; 0 if it is not known to be
 */
public record Refused(Code code, String sentence, long retryAfterMillis)
    implements DataMessage, ClientMessage, LeaseReply.Answer, ProofReply.Answer, Failure.Kind {
  /** An hour: who would be told to wait longer is told 0. */
  public static final long RETRY_AFTER_MILLIS_MAX = 3_600_000;

  /** What a program does about it depends on this word. */
  public enum Code {
    /** No room now: queues are bounded. */
    BUSY,
    /** The node is going down and takes no new work. */
    DRAINING,
    /** Signer, lease chain or peer do not entitle to it. */
    NOT_ALLOWED,
    /** No such job, blob, lease or claim is kept here. */
    NOT_FOUND,
    /** A profile, split rule or message that this node does not know. */
    UNSUPPORTED,
    /** The request contradicts itself, or the plan. */
    INVALID,
    /** More is asked for than this node's maxima or the grant. */
    OVER_LIMIT,
    /** The disk is full. */
    NO_SPACE,
    /** The time for it is over. */
    EXPIRED;

    /** The name as people read it. */
    public String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  public Refused {
    Rules.sentence("refusal", sentence);
    Rules.range("retry after", retryAfterMillis, 0, RETRY_AFTER_MILLIS_MAX);
  }
}
