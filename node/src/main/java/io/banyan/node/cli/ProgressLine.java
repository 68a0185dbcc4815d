package io.banyan.node.cli;

import io.banyan.delegation.JobProgress;
import io.banyan.schema.JobStatus;
import java.io.PrintStream;
import java.util.Locale;

/** One line on a terminal that says how far a job has come; silent anywhere else. */
final class ProgressLine implements AutoCloseable {
  /** The launcher tells whether stderr is a terminal; Java cannot. */
  private static final boolean TERMINAL = Boolean.getBoolean("banyan.stderr.terminal");

  private final PrintStream terminal = System.err;
  private final long beginNanos = System.nanoTime();
  private int shown;

  /** How many bytes of the input are read. */
  void reading(long bytes, long total) {
    show(String.format(Locale.ROOT, "reading %3.0f %%", percent(bytes, total)));
  }

  /** How many bytes the node has fetched. */
  void sending(long bytes, long total) {
    show(String.format(Locale.ROOT, "sending %3.0f %%", percent(bytes, total)));
  }

  /** How far the node says it is. */
  void waiting(JobStatus status) {
    String total = status.leavesTotal() == 0 ? "" : " of " + status.leavesTotal();
    String left =
        status.remainingMillis().isPresent()
            ? String.format(
                Locale.ROOT, ", %.0f s left", status.remainingMillis().getAsLong() / 1e3)
            : "";
    show(status.state().words() + ", " + status.leavesDone() + total + " leaves" + left);
  }

  void running(JobProgress progress) {
    double share = percent(progress.done(), progress.total()) / 100;
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    String left =
        share > 0.01 ? String.format(Locale.ROOT, ", %.0f s left", seconds / share - seconds) : "";
    show(
        String.format(
            Locale.ROOT, "running %3.0f %%, %d leaves%s", share * 100, progress.leaves(), left));
  }

  private static double percent(long done, long total) {
    return total == 0 ? 100 : 100.0 * done / total;
  }

  private void show(String text) {
    if (!TERMINAL) {
      return;
    }
    terminal.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
    terminal.flush();
    shown = text.length();
  }

  /** Takes the line away; the next word begins anew. */
  void clear() {
    if (shown > 0) {
      terminal.print("\r" + " ".repeat(shown) + "\r");
      terminal.flush();
      shown = 0;
    }
  }

  @Override
  public void close() {
    clear();
  }
}
