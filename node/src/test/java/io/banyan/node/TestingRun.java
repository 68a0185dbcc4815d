package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.SplitRule;
import io.banyan.trust.Identity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Real jobs without a command line, in a folder of their own, on one sandbox that stays warm. */
public final class TestingRun {
  public static final Sandbox SANDBOX = new Sandbox(new SandboxOptions(512L << 20, 256));

  /** Enough for any job here on a machine under heavy load. */
  public static final long PATIENT_MILLIS = 300_000;

  public static final CallLimits LIMITS =
      new CallLimits(CallLimits.FUEL_MAX, 64L << 20, 1 << 20, 16L << 20, PATIENT_MILLIS);

  private final Path folder;

  public TestingRun(Path folder) {
    this.folder = folder;
  }

  /** What a job came to. */
  public record Done(
      LocalRun.Report report, byte[] output, Path receipt, List<Digest> hashes, long leaves) {}

  public static Identity identity(int number) {
    byte[] seed = new byte[Identity.SEED_LENGTH];
    Arrays.fill(seed, (byte) number);
    return Identity.ofSeed(seed);
  }

  public Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  /** A job on {@code input}, with the guest in the file "module.wasm". */
  public JobDraft draft(byte[] guest, byte[] input, String rule, int chunkBytes) throws Exception {
    return draft(guest, input, rule, chunkBytes, LIMITS, PATIENT_MILLIS);
  }

  public JobDraft draft(
      byte[] guest, byte[] input, String rule, int chunkBytes, CallLimits limits, long timeMillis)
      throws Exception {
    boolean index = rule.startsWith("index");
    Optional<InputFile> opened =
        index ? Optional.empty() : Optional.of(InputFile.open(file("input", input)));
    return JobDraft.read(
        new JobRequest(
            file("module.wasm", guest),
            opened,
            Optional.of(SplitRule.parse(rule)),
            index ? OptionalInt.empty() : OptionalInt.of(chunkBytes),
            Optional.empty(),
            List.of(),
            limits,
            timeMillis),
        identity(1).publicKey(),
        SANDBOX,
        _ -> {});
  }

  /** How {@code draft} ends, whatever it comes to. */
  public LocalRun.Report end(JobDraft draft, int workers) throws Exception {
    Path scratch = Files.createTempDirectory(folder, "scratch");
    try (BlobStore store = new BlobStore(scratch, 1 << 10);
        ClaimLog claims = new ClaimLog(scratch)) {
      return LocalRun.run(
          draft.sign(identity(1)), SANDBOX, Delegator.Settings.of(workers), store, claims, _ -> {});
    }
  }

  /** Runs {@code draft} to its answer, with values that mostly do not fit in memory. */
  public Done run(JobDraft draft, int workers) throws Exception {
    Path scratch = Files.createTempDirectory(folder, "scratch");
    try (BlobStore store = new BlobStore(scratch, 1 << 10);
        ClaimLog claims = new ClaimLog(scratch)) {
      PreparedJob job = draft.sign(identity(1));
      LocalRun.Report report =
          LocalRun.run(job, SANDBOX, Delegator.Settings.of(workers), store, claims, _ -> {});
      JobEnd.Completed completed =
          assertInstanceOf(JobEnd.Completed.class, report.end(), report::toString);
      Answer answer = Answer.of(job, completed, report.folder());
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      answer.writeOutput(output);
      Path receipt = folder.resolve("receipt");
      WholeFile.write("receipt", receipt, out -> answer.writeReceipt(out, identity(1)));
      return new Done(
          report,
          output.toByteArray(),
          receipt,
          List.of(
              answer.inputHash(), answer.planHash(), answer.executionHash(), answer.outputHash()),
          answer.leaves());
    }
  }
}
