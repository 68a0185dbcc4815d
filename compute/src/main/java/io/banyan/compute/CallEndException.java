package io.banyan.compute;

import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;

/** Unwinds a guest's frames when a call ends before its function returns. */
final class CallEndException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient CallEnd end;

  private CallEndException(CallEnd end) {
    super(end.toString(), null, false, false);
    this.end = end;
  }

  static CallEndException of(Outcome outcome) {
    return new CallEndException(new CallEnd.Bad(outcome));
  }

  static CallEndException trap(TrapKind kind) {
    return of(new Outcome.Trapped(kind));
  }

  static CallEndException limit(LimitKind limit) {
    return of(new Outcome.LimitExceeded(limit));
  }

  static CallEndException exit(int code) {
    return new CallEndException(new CallEnd.Exit(code));
  }

  static CallEndException interrupted() {
    return new CallEndException(new CallEnd.Interrupted());
  }

  /**
   * Ends the call if its thread was interrupted. Loops and calls look when the module's {@link
   * Brake} is pulled; bulk operations and imports, which may take milliseconds each, look always.
   */
  static void throwIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted();
    }
  }

  static CallEndException engineFailure(String detail) {
    return new CallEndException(new CallEnd.EngineFailure(detail));
  }

  CallEnd end() {
    return end;
  }
}
