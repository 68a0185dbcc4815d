package io.banyan.p2p;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what an event loop does. */
final class Outcomes {
  private Outcomes() {}

  /**
   * Waits for {@code outcome}.
   *
   * @param what was to be done, as a verb, for the sentence
   * @throws IOException if it failed, or took longer than {@code timeout}
   */
  static <T> T await(CompletableFuture<T> outcome, String what, Duration timeout)
      throws IOException, InterruptedException {
    try {
      return outcome.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String reason = cause == null ? e.toString() : cause.getMessage();
      throw new IOException("cannot " + what + ": " + reason, e);
    } catch (TimeoutException e) {
      throw new IOException("could not " + what + " within " + timeout.toMillis() + " ms", e);
    }
  }
}
