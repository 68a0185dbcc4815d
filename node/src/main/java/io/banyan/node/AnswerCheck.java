package io.banyan.node;

import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Receipt;
import io.banyan.schema.Signed;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Holds an answer that came from a node against the job's id alone, where neither module nor input
 * is at hand: that the receipt is whole, is of this job, and is signed by the node that the
 * submitter chose; and that the output is what that signature is under. That the steps are those of
 * the plan, {@link ReceiptVerification} shows.
 */
public final class AnswerCheck {
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
    try (ReceiptReader reader = ReceiptReader.open(receipt)) {
      Signed signed = reader.manifest();
      if (!JobId.of(signed).equals(job)
          || !Signatures.hold(SigningDomain.MANIFEST, signed)) {
        throw failed("the receipt that came is not for job " + job);
      }
      Manifest manifest = WireCodec.decodeManifest(signed.payload());
      ReceiptReader.Steps steps = reader.steps();
      // The receipt, which says what kind of value it is, stands behind the steps.
      return null;
    } catch (MalformedMessageException e) {
      throw failed("the receipt that came: " + e.getMessage());
    } catch (ReceiptReader.DamagedException e) {
      throw failed("the receipt that came: " + e.getMessage());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static CommandException failed(String sentence) {
    return new CommandException(ExitCode.VERIFICATION_FAILED, sentence);
  }
}
