package io.banyan.compute;

import java.util.List;

/**
 * What a guest logged during one call. It is not part of the outcome.
 *
 * @param truncated whether there was more than {@link #BYTES_MAX}
 */
public record GuestLog(List<LogLine> lines, boolean truncated) {
  /** 64 KiB a call, 16 bytes a line included: enough to debug with, too little to flood with. */
  public static final int BYTES_MAX = 64 << 10;

  static final GuestLog EMPTY = new GuestLog(List.of(), false);

  public GuestLog {
    lines = List.copyOf(lines);
  }
}
