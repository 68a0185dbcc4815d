package io.banyan.node;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.PeerId;
import io.banyan.schema.Value;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** An answer with its receipt, as they came from a node: two files in a folder of their own. */
public record FetchedAnswer(Path output, Path receipt) {
  /**
   * Fetches both.
   *
   * @throws CommandException if they do not come
   */
  public static FetchedAnswer fetch(BlobFetch blobs, PeerId node, JobResult result, Path folder)
      throws CommandException, InterruptedException {
    if (!(result.answer() instanceof JobResult.Whole(Value.Blob(BlobRef ref), BlobRef receipt))) {
      throw new CommandException(
          ExitCode.FAILURE, "node " + node + " has an answer that is not in one piece");
    }
    FetchedAnswer answer =
        new FetchedAnswer(folder.resolve("answer"), folder.resolve("answer-receipt"));
    Digest link = result.job().digest();
    save(blobs, node, link, receipt, answer.receipt);
    save(blobs, node, link, ref, answer.output);
    return answer;
  }

  /**
   * Fetches the bytes of all pieces of a partial answer, one after the other.
   *
   * @throws CommandException if they do not come
   */
  public static Path fetchPieces(
      BlobFetch blobs, PeerId node, JobId job, JobResult.Partial partial, Path folder)
      throws CommandException, InterruptedException {
    Path bytes = folder.resolve("answer-pieces");
    save(blobs, node, job.digest(), partial.bytes(), bytes);
    return bytes;
  }

  private static void save(BlobFetch blobs, PeerId node, Digest link, BlobRef ref, Path path)
      throws CommandException, InterruptedException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      if (ref.length() > 0) {
        blobs.fetch(node, link, ref, out::write);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, "the answer could not be fetched: " + InputFile.reason(e), e);
    }
  }

  public void writeOutput(OutputStream out) throws IOException {
    Files.copy(output, out);
  }

  public void writeReceipt(OutputStream out) throws IOException {
    Files.copy(receipt, out);
  }
}
