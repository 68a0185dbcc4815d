package io.banyan.node;

import io.banyan.delegation.JobEnd;
import io.banyan.schema.BlobRef;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.WireCodec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A job that ended with gaps: the values of the largest plan nodes that were done, one after the
 * other, and a file that says which they are.
 *
 * <p>Usable while the folder that it was made from is open.
 */
public record PartialAnswer(JobEnd.Partial end, TaskFolder folder) {
  /** Writes the bytes of all pieces, in order. */
  public void writeBytes(OutputStream out) throws IOException {
    for (JobEnd.Piece piece : end.pieces()) {
      folder.writeValue(piece.node(), piece.value(), out);
    }
  }

  /** Writes which pieces they are; {@code bytes} names what {@link #writeBytes} wrote. */
  public void writePieces(JobId job, BlobRef bytes, OutputStream out) throws IOException {
    JobResult result =
        new JobResult(
            job,
            new JobResult.Partial(
                end.pieces().stream()
                    .map(piece -> new JobResult.Piece(piece.node(), piece.value()))
                    .toList(),
                end.missing(),
                bytes));
    out.write(Frames.frame(FrameKind.CLIENT, WireCodec.encodeMessage(result)));
  }

  /** What {@link #writePieces} wrote. */
  static ClientMessage read(Path pieces) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(pieces))) {
      Optional<ByteBuffer> frame = Frames.read(FrameKind.CLIENT, in);
      if (frame.isPresent() && WireCodec.decodeMessage(frame.get()) instanceof JobResult result) {
        return result;
      }
      throw new IOException(pieces + " does not tell the pieces of an answer");
    } catch (MalformedMessageException e) {
      throw new IOException(pieces + " is damaged: " + e.getMessage(), e);
    }
  }
}
