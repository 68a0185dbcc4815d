package io.banyan.node;

import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.JobId;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds an answer that came from a node against the job's id alone, where neither module nor input
 * is at hand: that the receipt is whole, is of this job, and is signed by the node that the
 * submitter chose; and that the output is what that receipt is for. That the steps are those of the
 * plan, {@link ReceiptVerification} shows.
 */
public final class AnswerCheck {
  private static final int READ_BYTES = 1 << 20; // 1 MiB

  private AnswerCheck() {}

  /** What was found to hold. */
  public record Found(Manifest manifest, Receipt receipt) {}

  /**
   * Checks the files that came.
   *
   * @throws CommandException with VERIFICATION_FAILED and the first thing that does not hold
   */
  public static Found check(JobId job, Path receipt, Path output)
      throws IOException, CommandException {
    try (ReceiptReader reader = ReceiptReader.open(receipt);
        OutputCheck leaves = OutputCheck.open(Optional.of(output), false)) {
      Signed signed = reader.manifest();
      if (!JobId.of(signed).equals(job) || !Signatures.hold(SigningDomain.MANIFEST, signed)) {
        throw failed("it is not for job " + job);
      }
      Manifest manifest = WireCodec.decodeManifest(signed.payload());
      ReceiptReader.Entries entries = reader.entries();
      while (entries.hasNext()) {
        if (entries.next() instanceof ReceiptEntry.StepEntry(Step step)) {
          leaves.step(step);
        }
      }
      Receipt root = root(job, manifest, entries.receipt());
      reader.end();
      switch (root.value()) {
        case Value.Blob(BlobRef ref) -> requireSame(ref, output);
        case Value.Rope rope -> leaves.end(rope);
        case Value.Empty() -> throw failed("its output is of no kind that a job has");
      }
      return new Found(manifest, root);
    } catch (MalformedMessageException | ReceiptReader.DamagedException e) {
      throw failed(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Receipt root(JobId job, Manifest manifest, Signed signed)
      throws MalformedMessageException, CommandException {
    if (!signed.signer().equals(manifest.entry())) {
      throw failed(
          "it is signed by " + signed.signer() + ", and the job was for " + manifest.entry());
    }
    if (!Signatures.hold(SigningDomain.RECEIPT, signed)) {
      throw failed("the signature of " + signed.signer() + " does not hold");
    }
    Receipt root = WireCodec.decodeReceipt(signed.payload());
    if (!root.job().equals(job) || !root.lease().equals(job.digest())) {
      throw failed("what is signed there is for job " + root.job());
    }
    return root;
  }

  private static void requireSame(BlobRef wanted, Path output)
      throws IOException, CommandException {
    BlobHasher hasher = new BlobHasher();
    byte[] buffer = new byte[READ_BYTES];
    try (InputStream in = Files.newInputStream(output)) {
      int count = in.read(buffer);
      while (count >= 0) {
        hasher.update(buffer, 0, count);
        count = in.read(buffer);
      }
    }
    BlobRef actual = hasher.finish();
    if (!actual.equals(wanted)) {
      throw failed(
          "it is for the output "
              + wanted.digest()
              + " of "
              + wanted.length()
              + " bytes, and what came is "
              + actual.digest()
              + " of "
              + actual.length());
    }
  }

  private static CommandException failed(String sentence) {
    return new CommandException(
        ExitCode.VERIFICATION_FAILED, "the receipt that the node gave: " + sentence);
  }
}
