package io.banyan.node.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobStatus;
import io.banyan.schema.Named;
import io.banyan.schema.Value;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A partial answer on a disk: a folder with a file for each piece, and {@code pieces.json}, which
 * says what they are and what is missing. It stands beside where the answer would have been, so
 * that nobody takes it for one.
 */
record PieceFolder(Path folder) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private static final int READ_BYTES = 1 << 16; // 64 KiB

  /** Beside {@code output}. */
  static PieceFolder beside(Path output) {
    return new PieceFolder(output.resolveSibling(output.getFileName() + ".pieces"));
  }

  /** Refuses what cannot be written, before anything is spent on it. */
  void requireSense() throws CommandException {
    if (Files.exists(folder)) {
      throw new CommandException(
          ExitCode.FAILURE, folder + " is there already: pieces of an answer go to a new folder");
    }
  }

  /**
   * Writes all of it, and {@code pieces.json} last.
   *
   * @param bytes those of all pieces, one after the other
   * @throws CommandException if a piece is not what it is said to be
   */
  void write(JobStatus status, JobResult.Partial partial, Path bytes)
      throws IOException, CommandException {
    requireSense();
    Files.createDirectory(folder);
    JsonArray pieces = new JsonArray();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(bytes))) {
      int number = 0;
      for (JobResult.Piece piece : partial.pieces()) {
        String name = String.format(Locale.ROOT, "%05d", number);
        write(piece, in, folder.resolve(name));
        JsonObject json = new JsonObject();
        json.addProperty("node", piece.node().toString());
        json.addProperty("file", name);
        json.addProperty("bytes", piece.value().named().length());
        json.addProperty("digest", piece.value().named().digest().toString());
        json.addProperty("isRope", piece.value() instanceof Value.Rope);
        pieces.add(json);
        number++;
      }
    }
    JsonObject json = json(status, partial);
    json.add("pieces", pieces);
    Files.writeString(folder.resolve("pieces.json"), GSON.toJson(json) + "\n");
  }

  private static void write(JobResult.Piece piece, InputStream in, Path file)
      throws IOException, CommandException {
    Named named = piece.value().named();
    BlobHasher hasher = new BlobHasher();
    byte[] buffer = new byte[READ_BYTES];
    try (OutputStream out = Files.newOutputStream(file)) {
      long left = named.length();
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          throw new IOException("the bytes of the pieces end before piece " + piece.node());
        }
        hasher.update(buffer, 0, count);
        out.write(buffer, 0, count);
        left -= count;
      }
    }
    if (named instanceof BlobRef ref && !hasher.finishTree().ref().equals(ref)) {
      throw new CommandException(
          ExitCode.VERIFICATION_FAILED,
          "piece " + piece.node() + " is not the blob " + ref.digest() + " that the node says");
    }
  }

  /** What is there and what is not, without the pieces themselves. */
  static JsonObject json(JobStatus status, JobResult.Partial partial) {
    JsonObject json = new JsonObject();
    json.addProperty("job", status.job().toString());
    json.addProperty("state", status.state().name());
    status.failure().ifPresent(cause -> json.addProperty("cause", cause));
    json.addProperty("leavesDone", status.leavesDone());
    json.addProperty("leavesTotal", status.leavesTotal());
    json.addProperty("bytes", partial.bytes().length());
    JsonArray missing = new JsonArray();
    partial.missing().forEach(node -> missing.add(node.toString()));
    json.add("missing", missing);
    return json;
  }

  /** The same for people. */
  List<String> lines(JobStatus status, JobResult.Partial partial) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "partial: "
            + status.leavesDone()
            + " of "
            + (status.leavesTotal() == 0 ? "?" : status.leavesTotal())
            + " leaves"
            + status.failure().map(cause -> "; " + cause).orElse(""));
    lines.add(
        partial.pieces().size()
            + (partial.pieces().size() == 1 ? " piece is in " : " pieces are in ")
            + folder
            + "; nothing is merged over a gap, and there is no receipt");
    partial.missing().stream().limit(8).forEach(node -> lines.add("missing   " + node));
    if (partial.missing().size() > 8) {
      lines.add("missing   " + (partial.missing().size() - 8) + " more, see pieces.json");
    }
    return lines;
  }
}
