package io.banyan.node;

import io.banyan.compute.GuestLog;
import io.banyan.compute.LogLine;
import io.banyan.delegation.Known;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.WireCodec;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What guests logged in the calls of one task, here and below it. It is for people, and no part of
 * what the task came to: whoever ran a call may say what he likes.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
public final class TaskLog {
  /** A MiB of a task at most; the first lines of many calls tell more than all of the last. */
  static final int LINES_MAX = 1024;

  /** Of one call. */
  static final int CALL_LINES_MAX = 32;

  /** What a line may have at most is 1 KiB of UTF-8, in which a character takes three bytes. */
  private static final int LENGTH_MAX = 340;

  private final List<Line> lines = new ArrayList<>();
  private long cut;

  /** A line, and who ran the call; nobody is named where that was this node. */
  private record Line(
      PlanNode node, GuestFunction function, Optional<PeerId> peer, int level, String text) {}

  /**
   * What was kept.
   *
   * @param cut lines that were not
   */
  public record Kept(List<LoggedLine> lines, long cut) {
    public static final Kept NOTHING = new Kept(List.of(), 0);

    public Kept {
      lines = List.copyOf(lines);
    }

    /** The first {@code most} lines; the others are cut. */
    public Kept first(int most) {
      return lines.size() <= most
          ? this
          : new Kept(lines.subList(0, most), cut + lines.size() - most);
    }

    /** Writes it as the messages that tell it. */
    public void write(Path path) throws IOException {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
        for (int i = 0; i == 0 || i < lines.size(); i += ClientMessage.ROWS_MAX) {
          int to = Math.min(lines.size(), i + ClientMessage.ROWS_MAX);
          ClientMessage page = new ClientMessage.Logs(lines.subList(i, to), false, cut);
          out.write(Frames.frame(FrameKind.CLIENT, WireCodec.encodeMessage(page)));
        }
      }
    }

    /** What {@link #write} wrote. */
    static Kept read(Path path) throws IOException {
      List<LoggedLine> lines = new ArrayList<>();
      long cut = 0;
      try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
        Optional<ByteBuffer> frame = Frames.read(FrameKind.CLIENT, in);
        while (frame.isPresent()) {
          if (!(WireCodec.decodeMessage(frame.get()) instanceof ClientMessage.Logs logs)) {
            throw new IOException(path + " holds what is no log of a job");
          }
          lines.addAll(logs.lines());
          cut = logs.cut();
          frame = Frames.read(FrameKind.CLIENT, in);
        }
      } catch (MalformedMessageException e) {
        throw new IOException(path + " is damaged: " + e.getMessage(), e);
      }
      return new Kept(lines, cut);
    }
  }

  /** A call that was made here. */
  void add(PlanNode node, GuestFunction function, GuestLog log) {
    if (log.lines().isEmpty() && !log.truncated()) {
      return;
    }
    synchronized (this) {
      int kept = 0;
      for (LogLine line : log.lines()) {
        if (kept < CALL_LINES_MAX && lines.size() < LINES_MAX) {
          int level = Math.clamp(line.level(), 0, LoggedLine.LEVEL_MAX);
          lines.add(new Line(node, function, Optional.empty(), level, fit(line.text())));
          kept++;
        } else {
          cut++;
        }
      }
      cut += log.truncated() ? 1 : 0; // at the least
    }
  }

  /**
   * What {@code child} says was logged below its lease of {@code root}. It answers for what it says
   * of others: only those that are known to stand below it are named as it says, and lines of
   * anybody else are its own.
   */
  public synchronized void addBelow(
      PeerId child, Set<PeerId> below, PlanNode root, List<LoggedLine> said, long cutBelow) {
    for (LoggedLine line : said) {
      if (lines.size() < LINES_MAX && Known.isWithin(line.node(), root)) {
        PeerId author = below.contains(line.peer()) ? line.peer() : child;
        lines.add(
            new Line(line.node(), line.function(), Optional.of(author), line.level(), line.text()));
      } else {
        cut++;
      }
    }
    cut = Math.max(cut, cut + cutBelow); // no child makes it run over
  }

  /** What was kept, by the word of {@code self}. */
  public synchronized Kept kept(PeerId self) {
    return new Kept(
        lines.stream()
            .map(
                line ->
                    new LoggedLine(
                        line.node, line.function, line.peer.orElse(self), line.level, line.text))
            .toList(),
        cut);
  }

  /** What there is room for, with no say over anybody's terminal. */
  private static String fit(String text) {
    StringBuilder fit = new StringBuilder();
    text.codePoints()
        .filter(point -> Character.getType(point) != Character.SURROGATE)
        .map(point -> Character.isISOControl(point) ? ' ' : point)
        .takeWhile(point -> fit.length() < LENGTH_MAX - 1)
        .forEachOrdered(fit::appendCodePoint);
    return fit.toString();
  }
}
