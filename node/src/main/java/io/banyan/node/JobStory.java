package io.banyan.node;

import io.banyan.schema.ClientMessage;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.TreeLine;
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

/**
 * Why a job ran where it ran, and who did what: kept for as long as its answer is. Its file holds
 * the very messages that tell it.
 */
record JobStory(List<DecisionLine> decisions, List<TreeLine> tree) {
  /** A thousand peers, four leases each. */
  static final int TREE_LINES_MAX = 4096;

  JobStory {
    decisions = List.copyOf(decisions);
    tree = tree.stream().limit(TREE_LINES_MAX).toList();
  }

  /** The tree of a job that is over: what still ran then was taken back. */
  static List<TreeLine> closed(List<TreeLine> tree) {
    return tree.stream()
        .map(line -> line.state() == TreeLine.State.RUNNING ? closed(line) : line)
        .toList();
  }

  private static TreeLine closed(TreeLine line) {
    return new TreeLine(
        line.node(),
        line.peer(),
        line.lender(),
        line.depth(),
        line.depth() == 0 ? TreeLine.State.FAILED : TreeLine.State.LOST,
        line.leaves(),
        line.leavesBelow(),
        line.seconds(),
        line.fuel(),
        line.attempt(),
        line.failure());
  }

  void write(Path path) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      for (int i = 0; i < decisions.size(); i += ClientMessage.ROWS_MAX) {
        write(out, new ClientMessage.Explanation(rows(decisions, i), false));
      }
      for (int i = 0; i < tree.size(); i += ClientMessage.ROWS_MAX) {
        write(out, new ClientMessage.Tree(rows(tree, i), false));
      }
    }
  }

  private static <T> List<T> rows(List<T> all, int from) {
    return all.subList(from, Math.min(all.size(), from + ClientMessage.ROWS_MAX));
  }

  private static void write(OutputStream out, ClientMessage page) throws IOException {
    out.write(Frames.frame(FrameKind.CLIENT, WireCodec.encodeMessage(page)));
  }

  static JobStory read(Path path) throws IOException {
    List<DecisionLine> decisions = new ArrayList<>();
    List<TreeLine> tree = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
      Optional<ByteBuffer> frame = Frames.read(FrameKind.CLIENT, in);
      while (frame.isPresent()) {
        switch (WireCodec.decodeMessage(frame.get())) {
          case ClientMessage.Explanation(var lines, var _) -> decisions.addAll(lines);
          case ClientMessage.Tree(var lines, var _) -> tree.addAll(lines);
          default -> throw new IOException(path + " holds what is no story of a job");
        }
        frame = Frames.read(FrameKind.CLIENT, in);
      }
    } catch (MalformedMessageException e) {
      throw new IOException(path + " is damaged: " + e.getMessage(), e);
    }
    return new JobStory(decisions, tree);
  }
}
