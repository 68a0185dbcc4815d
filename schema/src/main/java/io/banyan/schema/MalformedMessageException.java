package io.banyan.schema;

import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are no value: whatever can go wrong on the way from the one to the other. A peer's
 * fault, to be counted, and the end of the stream it came on.
 */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1;
  private static final long UNKNOWN = -1;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

  private final long offset;
  private final String rule;

  private MalformedMessageException(long offset, String rule, @Nullable Throwable cause) {
    super(offset == UNKNOWN ? rule : "at byte " + offset + ": " + rule, cause);
    this.offset = offset;
    this.rule = rule;
  }

  /** The rule that the byte at {@code offset} broke, with the value that broke it. */
  static MalformedMessageException at(long offset, String rule) {
    return new MalformedMessageException(offset, rule, null);
  }

  /** The bytes are in order, but what they say is no value. */
  static MalformedMessageException because(RuntimeException cause) {
    String message = cause.getMessage();
    String rule = message == null ? cause.getClass().getSimpleName() : visible(message);
    return new MalformedMessageException(UNKNOWN, rule, cause);
  }

  /** A rule that quotes what it broke quotes a peer, whose control characters could paint. */
  private static String visible(String message) {
    return CONTROL.matcher(message).replaceAll("?");
  }

  /** Where in the frame, or message, the trouble is, where that is known. */
  public OptionalLong offset() {
    return offset == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** What was broken, with the value that broke it. */
  public String rule() {
    return rule;
  }
}
