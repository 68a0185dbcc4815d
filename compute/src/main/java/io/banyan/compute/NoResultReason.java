package io.banyan.compute;

/** Why the host could not carry a call through. It says nothing about the call. */
public enum NoResultReason {
  /** The call took longer than its limit by the clock. */
  WALL_TIME,
  /** This process has not the memory, now or at all. */
  HOST_MEMORY,
  /** The calling thread was interrupted; its interrupt flag is clear again. */
  INTERRUPTED,
  /** The engine did something it should not; worth a bug report. */
  ENGINE_FAILURE
}
