package io.banyan.compute;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Gathers a guest's lines, up to a maximum. Confined to its call's thread. */
final class LogCollector {
  private static final int LINE_BYTES = 16; // so that empty lines are bounded too
  private static final int STREAM_LEVEL = 1;

  private final List<LogLine> lines = new ArrayList<>();
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private int room = GuestLog.BYTES_MAX;
  private boolean truncated;

  /** Adds a line, or as much of it as there is room for. */
  void line(int level, GuestMemory memory, long address, long length) {
    byte[] bytes = take(memory, address, length, LINE_BYTES);
    if (bytes.length > 0 || length == 0 && !truncated) {
      lines.add(new LogLine(level, text(bytes)));
    }
  }

  /** Adds to a stream of text; a line ends with a line feed, or with the call. */
  void stream(GuestMemory memory, long address, long length) {
    for (byte b : take(memory, address, length, 0)) {
      if (b == '\n') {
        endLine();
        room = Math.max(0, room - LINE_BYTES);
      } else {
        partial.write(b);
      }
    }
  }

  GuestLog finish() {
    if (partial.size() > 0) {
      endLine();
    }
    return new GuestLog(lines, truncated);
  }

  private void endLine() {
    lines.add(new LogLine(STREAM_LEVEL, text(partial.toByteArray())));
    partial.reset();
  }

  private byte[] take(GuestMemory memory, long address, long length, int overhead) {
    long taken = Math.max(0, Math.min(length, room - overhead));
    truncated |= taken < length || room < overhead;
    byte[] bytes = memory.read(address, taken);
    room = Math.max(0, room - overhead - bytes.length);
    return bytes;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
