package io.banyan.node.cli;

import io.banyan.compute.GuestLog;
import io.banyan.compute.LogLine;

/** Shows people what a guest logged, on stderr. */
record GuestLogs(Output out) {
  /** All of a call's log, of which there is not much. */
  void show(String call, GuestLog log) {
    for (LogLine line : log.lines()) {
      out.say("log " + level(line.level()) + " " + call + ": " + Words.printable(line.text()));
    }
    if (log.truncated()) {
      out.say("log of " + call + " is cut off at " + GuestLog.BYTES_MAX + " bytes");
    }
  }

  static String level(int level) {
    return switch (level) {
      case 0 -> "error";
      case 1 -> "warning";
      case 2 -> "info";
      default -> "detail";
    };
  }
}
