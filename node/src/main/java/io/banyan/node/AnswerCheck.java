package io.banyan.node;

import com.google.common.collect.Iterators;
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
import io.banyan.trust.Evidence;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
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
    try {
      Found found = found(job, receipt);
      switch (found.receipt().value()) {
        case Value.Blob(BlobRef ref) -> requireSame(ref, output);
        case Value.Rope rope -> requireRope(rope, found, receipt, output);
        case Value.Empty() -> throw failed("its output is of no kind that a job has");
      }
      return found;
    } catch (MalformedMessageException | ReceiptReader.DamagedException e) {
      throw failed(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Found found(JobId job, Path receipt)
      throws IOException, CommandException, MalformedMessageException {
    try (ReceiptReader reader = ReceiptReader.open(receipt)) {
      Signed signed = reader.manifest();
      if (!JobId.of(signed).equals(job) || !Signatures.hold(SigningDomain.MANIFEST, signed)) {
        throw failed("it is not for job " + job);
      }
      Manifest manifest = WireCodec.decodeManifest(signed.payload());
      ReceiptReader.Entries entries = reader.entries();
      while (entries.hasNext()) {
        entries.next();
      }
      Receipt root = root(job, manifest, entries.receipt());
      reader.end();
      return new Found(manifest, root);
    }
  }

  /**
   * Reads the receipt once more, now that it is known that its steps are the output's parts: those
   * that were signed, and those that the output has.
   */
  private static void requireRope(Value.Rope rope, Found found, Path receipt, Path output)
      throws IOException, CommandException {
    try (ReceiptReader reader = ReceiptReader.open(receipt);
        OutputCheck leaves = OutputCheck.open(Optional.of(output), false)) {
      reader.manifest();
      Iterator<Step> steps =
          Iterators.transform(
              Iterators.filter(reader.entries(), ReceiptEntry.StepEntry.class),
              ReceiptEntry.StepEntry::step);
      Iterator<Step> seen =
          Iterators.transform(
              steps,
              step -> {
                leaves.step(step);
                return step;
              });
      requireSigned(RopeCheck.rebuild(found.manifest(), seen), found.receipt());
      leaves.end(rope);
    } catch (RopeCheck.NoPlanException e) {
      throw failed(String.valueOf(e.getMessage()));
    }
  }

  private static void requireSigned(RopeCheck.Found steps, Receipt root) throws CommandException {
    Evidence evidence = steps.evidence();
    if (!steps.value().equals(root.value().named())) {
      throw failed(
          "it is for the output "
              + root.value().named().digest()
              + ", and its steps come to "
              + steps.value().digest());
    }
    if (!evidence.executionRoot().equals(root.executionRoot())
        || evidence.leaves() != root.leaves()
        || evidence.fuel() != root.fuel()) {
      throw failed(
          "it is for "
              + root.leaves()
              + " leaves under the execution root "
              + root.executionRoot()
              + ", and its steps come to "
              + evidence.leaves()
              + " under "
              + evidence.executionRoot());
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
