package io.banyan.compute;

import io.banyan.schema.Outcome;
import java.util.List;

/** How a guest's run ended. */
sealed interface CallEnd {
  /** An {@code execute} or {@code merge} came to a value. */
  record Value(byte[] bytes) implements CallEnd {}

  /** A {@code split} came to parts. */
  record Parts(List<byte[]> parts) implements CallEnd {}

  /** The guest came to an outcome other than completed. */
  record Bad(Outcome outcome) implements CallEnd {}

  /** The guest called {@code proc_exit}. */
  record Exit(int code) implements CallEnd {}

  /** The thread was interrupted, by the watchdog or by the caller. */
  record Interrupted() implements CallEnd {}

  /** This process ran out of memory. */
  record HostMemory(String detail) implements CallEnd {}

  /** The engine did something we have no word for. */
  record EngineFailure(String detail) implements CallEnd {}
}
