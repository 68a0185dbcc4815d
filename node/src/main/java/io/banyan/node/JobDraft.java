package io.banyan.node;

import com.google.common.math.LongMath;
import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.LoadResult;
import io.banyan.compute.Sandbox;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Plan;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Verification;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A job whose files are read and named: all that its plan depends on. Nobody has signed it yet.
 *
 * @param cuts of the input; empty under the rule {@code module}
 * @param inputTree what proves ranges of the input to others; empty if nobody is handed any
 */
public record JobDraft(
    Manifest manifest,
    Optional<Cuts> cuts,
    GuestModule module,
    Configuration configuration,
    Optional<InputFile> input,
    Optional<BlobTree> inputTree) {
  /** What a plan node is tried by at most, besides the first. */
  private static final int RETRIES = 3;

  /**
   * Reads everything that {@code request} names.
   *
   * @param entry who the job will be submitted to
   * @param progress is told how many bytes of the input are read
   * @throws CommandException if the job could not be run anywhere
   */
  public static JobDraft read(
      JobRequest request, PublicKey entry, Sandbox sandbox, LongConsumer progress)
      throws IOException, CommandException, InterruptedException {
    return read(request, entry, sandbox, (_, _, _) -> Optional.empty(), progress);
  }

  /**
   * The same; but where {@code request} does not say how long chunks are, some leaves are run
   * before it is decided.
   *
   * @param told gets what they came to
   */
  public static JobDraft rehearsed(
      JobRequest request,
      PublicKey entry,
      Sandbox sandbox,
      Consumer<Rehearsal> told,
      LongConsumer progress)
      throws IOException, CommandException, InterruptedException {
    return read(
        request,
        entry,
        sandbox,
        (module, configuration, rule) -> {
          if (request.chunkBytes().isPresent()) {
            return Optional.empty();
          }
          Optional<Rehearsal> rehearsal =
              new Rehearser(sandbox, module, configuration, request.limits())
                  .rehearse(rule, request.input());
          rehearsal.ifPresent(told);
          return rehearsal;
        },
        progress);
  }

  /** What is done between reading a module and deciding how its input is cut. */
  private interface Trial {
    Optional<Rehearsal> of(GuestModule module, Configuration configuration, SplitRule rule)
        throws IOException, InterruptedException;
  }

  private static JobDraft read(
      JobRequest request, PublicKey entry, Sandbox sandbox, Trial trial, LongConsumer progress)
      throws IOException, CommandException, InterruptedException {
    byte[] wasm = readModule(request.module());
    GuestModule module = load(request.module(), wasm, sandbox);
    byte[] params =
        request.params().isPresent()
            ? readFile("params", request.params().get(), Limits.PARAMS_BYTES_MAX)
            : new byte[0];
    List<byte[]> shared = new ArrayList<>();
    for (Path path : request.shared()) {
      // One that a guest has no room for is not worth the reading.
      shared.add(readFile("shared blob", path, (int) request.limits().memoryBytesMax()));
    }
    SplitRule rule = rule(request, module);
    requireInput(request.input(), rule);
    Configuration configuration = new Configuration(params, shared);
    Optional<Rehearsal> rehearsal = trial.of(module, configuration, rule);
    int chunkBytes =
        request
            .chunkBytes()
            .orElse(rehearsal.map(Rehearsal::chunkBytes).orElse(ChunkChoice.most(rule)));
    try {
      InputFile.Indexed indexed =
          request.input().isPresent()
              ? request.input().get().index(rule, chunkBytes, progress)
              : InputFile.Indexed.NONE;
      Manifest manifest =
          manifest(
              request,
              entry,
              wasm,
              indexed,
              configuration,
              rule,
              chunkBytes,
              rehearsal.map(Rehearsal::operationWeight).orElse(0.0));
      Optional<Cuts> cuts = manifest.cutsBySize().or(indexed::lineCuts);
      Optional<String> refusal = refusal(manifest, cuts, module, sandbox);
      if (refusal.isPresent()) {
        throw new CommandException(ExitCode.REFUSED, refusal.get());
      }
      return new JobDraft(
          manifest, cuts, module, configuration, request.input(), Optional.of(indexed.tree()));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Why a job cannot be run here, if it cannot. */
  static Optional<String> refusal(
      Manifest manifest, Optional<Cuts> cuts, GuestModule module, Sandbox sandbox) {
    return cuts.flatMap(Plan::refusal)
        .or(() -> sandbox.refusal(module, manifest.limits()))
        .or(() -> splitRefusal(manifest));
  }

  /** A split is handed the whole input in one piece; it is known before whether it may be. */
  private static Optional<String> splitRefusal(Manifest manifest) {
    long inputBytes = manifest.input().length();
    long bytesMax = manifest.limits().splitBytesMax();
    if (!(manifest.splitRule() instanceof SplitRule.ByModule)
        || inputBytes <= manifest.chunkBytes()
        || inputBytes <= bytesMax) {
      return Optional.empty();
    }
    return Optional.of(
        "split is handed the whole input, "
            + inputBytes
            + " bytes, and may be handed "
            + bytesMax
            + ", a quarter of --memory: give more of it, or another rule with --split");
  }

  /** The wish of {@code submitter} for this job. */
  public PreparedJob sign(Identity submitter) {
    Signed signed = submitter.sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(manifest));
    return new PreparedJob(JobId.of(signed), signed, this);
  }

  /** What a node fetches of it: module, shared blobs and input. */
  public long bytesToSend() {
    long bytes = manifest.module().length() + manifest.input().length();
    for (BlobRef ref : manifest.shared()) {
      bytes += ref.length();
    }
    return bytes;
  }

  /** The module of {@code request} alone. */
  public static GuestModule load(JobRequest request, Sandbox sandbox)
      throws CommandException, InterruptedException {
    return load(request.module(), readModule(request.module()), sandbox);
  }

  static byte[] readModule(Path path) throws CommandException {
    return readFile("module", path, Limits.MODULE_BYTES_MAX);
  }

  /** All of a small file, or of a pipe. */
  static byte[] readFile(String what, Path path, int bytesMax) throws CommandException {
    try (InputStream in = Files.newInputStream(path)) {
      long size = Files.size(path); // 0 for a pipe, whatever comes through it
      byte[] bytes = size > bytesMax ? new byte[0] : in.readNBytes(bytesMax);
      boolean more = size > bytesMax || in.read() >= 0;
      if (more) {
        throw new CommandException(
            ExitCode.REFUSED,
            what
                + " "
                + path
                + " is "
                + (size > bytesMax ? size : "more than " + bytesMax)
                + " bytes long, limit "
                + bytesMax);
      }
      return bytes;
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, what + " " + path + " cannot be read: " + InputFile.reason(e), e);
    }
  }

  static GuestModule load(Path path, byte[] wasm, Sandbox sandbox)
      throws CommandException, InterruptedException {
    return switch (sandbox.load(wasm)) {
      case LoadResult.Loaded(GuestModule module) -> module;
      case LoadResult.Rejected(String reason) ->
          throw new CommandException(ExitCode.REFUSED, "module " + path + ": " + reason);
    };
  }

  private static SplitRule rule(JobRequest request, GuestModule module) throws CommandException {
    SplitRule rule = request.rule().orElse(null);
    if (rule == null && !module.exports(GuestFunction.SPLIT)) {
      throw new CommandException(
          ExitCode.USAGE,
          "module "
              + request.module()
              + " exports no 'split': give a rule with --split lines|bytes|records:N|index:C");
    }
    if (rule instanceof SplitRule.ByModule && !module.exports(GuestFunction.SPLIT)) {
      throw new CommandException(
          ExitCode.USAGE, "split rule module: module " + request.module() + " exports no 'split'");
    }
    return rule == null ? new SplitRule.ByModule() : rule;
  }

  private static void requireInput(Optional<InputFile> input, SplitRule rule)
      throws CommandException {
    boolean index = rule instanceof SplitRule.ByIndex;
    if (index && input.isPresent()) {
      throw new CommandException(
          ExitCode.USAGE, "split rule " + rule.words() + " takes no --input");
    }
    if (!index && input.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, "split rule " + rule.words() + " needs an --input FILE, or -");
    }
  }

  /**
   * The default grant: the sum of the call limits, for each try. An inner node has two children or
   * more with a call of their own, so there are at most as many merges as leaves, and splits.
   */
  private static Budget budget(JobRequest request, SplitRule rule, BlobRef input, int chunkBytes) {
    long leaves =
        switch (rule) {
          case SplitRule.ByIndex(int cells) -> cells;
          case SplitRule.ByModule() -> Limits.MODULE_LEAVES_MAX;
          case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByLines() ->
              Math.max(1, Math.ceilDiv(input.length(), Math.max(1, chunkBytes)));
        };
    long tries = 1 + RETRIES;
    long calls = leaves * tries * (rule instanceof SplitRule.ByModule ? 3 : 2);
    CallLimits limits = request.limits();
    return new Budget(
        request.fuel().orElse(LongMath.saturatedMultiply(calls, limits.fuel())),
        leaves * tries,
        LongMath.saturatedMultiply(calls, limits.outputBytesMax()),
        limits.memoryBytesMax(),
        Limits.HOPS_MAX,
        request.timeMillis());
  }

  private static Manifest manifest(
      JobRequest request,
      PublicKey entry,
      byte[] wasm,
      InputFile.Indexed indexed,
      Configuration configuration,
      SplitRule rule,
      int chunkBytes,
      double operationWeight) {
    byte[] token = new byte[Manifest.TOKEN_LENGTH];
    new SecureRandom().nextBytes(token);
    long createdMillis = System.currentTimeMillis();
    return new Manifest(
        Profile.ONE,
        Bytes.of(token),
        createdMillis,
        createdMillis + request.timeMillis() + Limits.CLOCK_LEEWAY_MILLIS,
        entry,
        BlobRef.of(wasm),
        indexed.ref(),
        Bytes.of(configuration.params()),
        configuration.shared().stream().map(BlobRef::of).toList(),
        rule,
        chunkBytes,
        request.limits(),
        budget(request, rule, indexed.ref(), chunkBytes),
        RETRIES,
        new Verification.None(),
        request.routing(),
        1000,
        MemoPolicy.PRIVATE,
        operationWeight);
  }
}
