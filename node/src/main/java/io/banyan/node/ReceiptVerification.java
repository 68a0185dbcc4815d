package io.banyan.node;

import io.banyan.compute.GuestModule;
import io.banyan.compute.Sandbox;
import io.banyan.node.ReceiptReader.DamagedException;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Receipt;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Attribution;
import io.banyan.trust.JobContent;
import io.banyan.trust.Link;
import io.banyan.trust.ReceiptCheck;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import io.banyan.trust.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Checks a job receipt offline: from the receipt, the module and the input alone, without a word
 * from anyone else.
 */
public final class ReceiptVerification {
  /** Every leaf, merge and split: then nothing rests on the signer's word any more. */
  public static final int REPLAY_ALL = Integer.MAX_VALUE;

  private final Files files;
  private final Sandbox sandbox;
  private final LongConsumer progress;

  /**
   * What is held against each other.
   *
   * @param shared the job's shared blobs, in order; looked at only when something is run again
   * @param replay how many leaves are drawn and run again, 0 or more; {@link #REPLAY_ALL} for every
   *     call of the plan
   */
  public record Files(
      Path receipt,
      Path module,
      Optional<InputFile> input,
      List<Path> shared,
      Optional<Path> output,
      int replay) {}

  /**
   * What was found to hold.
   *
   * @param signer who stands for the whole execution
   * @param attribution who ran what, as the signatures show it
   * @param replayed the calls that were run again, in words; empty if none were
   */
  public record Report(
      JobId job,
      PublicKey submitter,
      PublicKey signer,
      Manifest manifest,
      Receipt receipt,
      Attribution attribution,
      List<String> replayed) {}

  /**
   * A receipt that holds, with all that its calls can be run again from.
   *
   * @param signed the manifest, as the submitter signed it
   * @param signer of the root's receipt
   * @param cuts of the input; empty under the rule {@code module}
   */
  record Checked(
      JobId job,
      Signed signed,
      PublicKey signer,
      Manifest manifest,
      Optional<Cuts> cuts,
      GuestModule module,
      Receipt receipt,
      Attribution attribution) {}

  private ReceiptVerification(Files files, Sandbox sandbox, LongConsumer progress) {
    this.files = files;
    this.sandbox = sandbox;
    this.progress = progress;
  }

  /**
   * Checks everything, and names the first thing that does not hold.
   *
   * @param scratch takes the values of calls that are run again
   * @param progress is told how many bytes of the input are read
   * @throws CommandException with VERIFICATION_FAILED if something does not hold; with another code
   *     if it could not be checked
   */
  public static Report verify(Files files, Sandbox sandbox, Path scratch, LongConsumer progress)
      throws IOException, CommandException, InterruptedException {
    boolean all = files.replay == REPLAY_ALL;
    ReplayDraw draw = new ReplayDraw(all ? 0 : files.replay);
    Checked checked = check(files, sandbox, draw::offer, progress);
    ReceiptReplay replay = new ReceiptReplay(files, checked, sandbox, scratch);
    return new Report(
        checked.job,
        checked.signed.signer(),
        checked.signer,
        checked.manifest,
        checked.receipt,
        checked.attribution,
        all ? replay.all() : replay.drawn(draw.steps()));
  }

  /**
   * Checks all but whether calls come to what is claimed.
   *
   * @param observer is shown each step that is in its place, in order
   */
  static Checked check(Files files, Sandbox sandbox, Consumer<Step> observer, LongConsumer progress)
      throws IOException, CommandException, InterruptedException {
    ReceiptVerification verification = new ReceiptVerification(files, sandbox, progress);
    try (ReceiptReader reader = ReceiptReader.open(files.receipt)) {
      return verification.read(reader, observer);
    } catch (DamagedException e) {
      throw failed(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Checked read(ReceiptReader reader, Consumer<Step> observer)
      throws IOException, CommandException, InterruptedException {
    Signed signed = reader.manifest();
    if (!Signatures.hold(SigningDomain.MANIFEST, signed)) {
      throw failed("receipt " + files.receipt + ": the manifest's signature does not hold");
    }
    Manifest manifest = decodeManifest(signed);
    requireProfile(manifest);
    JobId job = JobId.of(signed);
    GuestModule module = module(manifest);
    InputFile.Indexed indexed = index(manifest);
    boolean inputMatches = indexed.ref().equals(manifest.input());
    Content content = new Content(manifest, module, indexed);

    ReceiptReader.Entries entries = reader.entries();
    try (OutputCheck output = OutputCheck.open(files.output, content.merges())) {
      Verdict verdict =
          new ReceiptCheck(job, manifest, content, Link.ofJob(job, manifest))
              .check(
                  entries,
                  step -> {
                    observer.accept(step);
                    output.step(step);
                  },
                  entries::receipt);
      if (!inputMatches) {
        throw failed(inputMismatch(manifest, indexed, verdict));
      }
      Verdict.Accepted accepted = requireAccepted(verdict);
      reader.end();
      Receipt receipt = accepted.receipt();
      output.end(receipt.value().named());
      return new Checked(
          job,
          signed,
          entries.receipt().signer(),
          manifest,
          content.cuts,
          module,
          receipt,
          accepted.attribution());
    }
  }

  private Verdict.Accepted requireAccepted(Verdict verdict) throws CommandException {
    return switch (verdict) {
      case Verdict.Accepted accepted -> accepted;
      case Verdict.Rejected(String reason) ->
          throw failed("receipt " + files.receipt + ", " + reason);
      case Verdict.Withheld(String reason) ->
          throw failed("receipt " + files.receipt + ", " + reason);
    };
  }

  private void requireProfile(Manifest manifest) throws CommandException {
    if (!manifest.profile().equals(Profile.ONE)) {
      throw new CommandException(
          ExitCode.REFUSED,
          "receipt "
              + files.receipt
              + " was made under profile "
              + manifest.profile().id()
              + "; this build checks "
              + Profile.ONE.id()
              + " only");
    }
  }

  private GuestModule module(Manifest manifest) throws CommandException, InterruptedException {
    byte[] wasm = JobDraft.readModule(files.module);
    BlobRef actual = BlobRef.of(wasm);
    if (!actual.equals(manifest.module())) {
      throw failed(mismatch("module " + files.module, actual, manifest.module()));
    }
    GuestModule module = JobDraft.load(files.module, wasm, sandbox);
    boolean byModule = manifest.splitRule() instanceof SplitRule.ByModule;
    if (byModule && !module.exports(GuestFunction.SPLIT)) {
      throw failed(
          "receipt " + files.receipt + ": its split rule is module, which exports no 'split'");
    }
    return module;
  }

  private InputFile.Indexed index(Manifest manifest) throws IOException, CommandException {
    if (manifest.splitRule() instanceof SplitRule.ByIndex) {
      if (files.input.isPresent()) {
        throw new CommandException(
            ExitCode.USAGE,
            "the job has the split rule " + manifest.splitRule().words() + " and takes no --input");
      }
      return InputFile.Indexed.NONE;
    }
    if (files.input.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, "the job has an input: give it with --input FILE");
    }
    InputFile input = files.input.get();
    if (input.size() != manifest.input().length()) {
      throw failed(
          "input "
              + input
              + " is "
              + input.size()
              + " bytes long, the manifest's is "
              + manifest.input().length());
    }
    return input.index(manifest.splitRule(), Math.max(1, manifest.chunkBytes()), progress);
  }

  /** The walk has met the first leaf whose bytes are others; under {@code module} it cannot. */
  private String inputMismatch(Manifest manifest, InputFile.Indexed indexed, Verdict verdict) {
    String place = verdict instanceof Verdict.Rejected(String reason) ? "; first at " + reason : "";
    return mismatch("input " + files.input.orElseThrow(), indexed.ref(), manifest.input()) + place;
  }

  private static String mismatch(String what, BlobRef actual, BlobRef wanted) {
    return what
        + " has the digest "
        + actual.digest()
        + " ("
        + actual.length()
        + " bytes), the manifest's has "
        + wanted.digest()
        + " ("
        + wanted.length()
        + " bytes)";
  }

  /** What module and input say themselves. */
  private final class Content implements JobContent {
    private final GuestModule module;
    private final Optional<Cuts> cuts;

    Content(Manifest manifest, GuestModule module, InputFile.Indexed indexed) {
      this.module = module;
      this.cuts = manifest.cutsBySize().or(indexed::lineCuts);
    }

    @Override
    public boolean merges() {
      return module.exports(GuestFunction.MERGE);
    }

    @Override
    public Cuts cuts() {
      return cuts.orElseThrow(() -> new IllegalStateException("the plan has no cells"));
    }

    @Override
    public Digest chunk(Interval cell) {
      if (cuts() instanceof IndexCuts index) {
        return BlobRef.of(index.chunk(cell.from())).digest();
      }
      try {
        byte[] bytes =
            files.input.orElseThrow().read(cuts().cut(cell.from()), cuts().cut(cell.to()));
        return BlobRef.of(bytes).digest();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Manifest decodeManifest(Signed signed) throws CommandException {
    try {
      return WireCodec.decodeManifest(signed.payload());
    } catch (MalformedMessageException e) {
      throw failed("receipt " + files.receipt + ", manifest: " + e.getMessage());
    }
  }

  static CommandException failed(String sentence) {
    return new CommandException(ExitCode.VERIFICATION_FAILED, sentence);
  }
}
