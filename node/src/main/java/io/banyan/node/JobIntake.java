package io.banyan.node;

import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.LoadResult;
import io.banyan.compute.Sandbox;
import io.banyan.node.journal.JobDirectory;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.Refused.Code;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.WireCodec;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings what a manifest names from its submitter into the job's folder, and makes of it a job that
 * can be run.
 *
 * <p>Safe for any thread.
 */
public final class JobIntake {
  /** What must stay free on the disk, for the journal and for answers. */
  static final long FREE_BYTES_MIN = 64L << 20; // 64 MiB

  private final Sandbox sandbox;

  /** Clears away what is kept no longer. */
  @FunctionalInterface
  interface Tidying {
    void tidy() throws IOException;
  }

  public JobIntake(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /**
   * Fetches everything; nothing is synced yet.
   *
   * @param tidying is called where there is no room; then it is looked for once more
   * @return the job, with its input open
   * @throws Refusal if it could not be run, or there is no room
   * @throws IOException if the submitter, or the disk, did not do it
   */
  PreparedJob take(
      Signed signed,
      Manifest manifest,
      BlobFetch fetch,
      PeerId submitter,
      JobDirectory folder,
      Tidying tidying)
      throws IOException, Refusal, InterruptedException {
    requireRoom(manifest, folder, tidying);
    Source source = new Source(fetch, submitter, JobId.of(signed));
    source.save(manifest.module(), folder.module());
    load(manifest, folder); // before more is fetched for it
    for (int i = 0; i < manifest.shared().size(); i++) {
      source.save(manifest.shared().get(i), folder.shared(i));
    }
    if (!(manifest.splitRule() instanceof SplitRule.ByIndex)) {
      source.save(manifest.input(), folder.input());
    }
    return open(signed, manifest, folder);
  }

  /**
   * Makes the job anew that {@code folder} holds since it was accepted.
   *
   * @return the job, with its input open
   * @throws IOException if the disk failed, or does not hold what it held, or this build cannot run
   *     the job
   */
  public PreparedJob reopen(Signed signed, JobDirectory folder)
      throws IOException, InterruptedException {
    Manifest manifest;
    try {
      manifest = WireCodec.decodeManifest(signed.payload());
    } catch (MalformedMessageException e) {
      throw new IOException("the journal's manifest: " + e.getMessage(), e);
    }
    PreparedJob job;
    try {
      job = open(signed, manifest, folder);
    } catch (Refusal refusal) {
      throw new IOException("the job cannot be run any more: " + refusal.getMessage(), refusal);
    }
    BlobTree input = job.draft().inputTree().orElse(InputFile.Indexed.NONE.tree());
    if (!input.ref().equals(manifest.input())) {
      close(job);
      throw new IOException(folder.input() + " is damaged: it is not the job's input any more");
    }
    return job;
  }

  private static void close(PreparedJob job) throws IOException {
    if (job.draft().input().isPresent()) {
      job.draft().input().get().close();
    }
  }

  private PreparedJob open(Signed signed, Manifest manifest, JobDirectory folder)
      throws IOException, Refusal, InterruptedException {
    GuestModule module = load(manifest, folder);
    List<byte[]> shared = new ArrayList<>();
    for (int i = 0; i < manifest.shared().size(); i++) {
      shared.add(named(manifest.shared().get(i), folder.shared(i)));
    }
    Configuration configuration = new Configuration(manifest.params().toArray(), shared);
    if (manifest.splitRule() instanceof SplitRule.ByIndex) {
      return prepared(
          signed,
          new JobDraft(
              manifest,
              manifest.cutsBySize(),
              module,
              configuration,
              Optional.empty(),
              Optional.empty()));
    }
    InputFile input = openInput(folder);
    try {
      InputFile.Indexed indexed = input.index(manifest.splitRule(), manifest.chunkBytes(), _ -> {});
      return prepared(
          signed,
          new JobDraft(
              manifest,
              manifest.cutsBySize().or(indexed::lineCuts),
              module,
              configuration,
              Optional.of(input),
              Optional.of(indexed.tree())));
    } catch (IOException | Refusal | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  private static void requireRoom(Manifest manifest, JobDirectory folder, Tidying tidying)
      throws IOException, Refusal {
    long wanted = manifest.module().length() + manifest.input().length();
    for (BlobRef ref : manifest.shared()) {
      wanted += ref.length();
    }
    long free = freeBytes(folder);
    if (wanted > free - FREE_BYTES_MIN) {
      tidying.tidy();
      free = freeBytes(folder);
    }
    if (wanted > free - FREE_BYTES_MIN) {
      throw new Refusal(
          Code.NO_SPACE,
          "module, input and shared blobs take "
              + Quantities.bytes(wanted)
              + "; this node's disk has "
              + Quantities.bytes(free)
              + " free");
    }
  }

  private static long freeBytes(JobDirectory folder) throws IOException {
    return Files.getFileStore(folder.folder()).getUsableSpace();
  }

  /** Where a job's blobs come from. */
  private record Source(BlobFetch fetch, PeerId peer, JobId job) {
    void save(BlobRef ref, Path path) throws IOException, InterruptedException {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
        if (ref.length() > 0) {
          fetch.fetch(peer, job.digest(), ref, out::write);
        }
      }
    }
  }

  private GuestModule load(Manifest manifest, JobDirectory folder)
      throws IOException, Refusal, InterruptedException {
    GuestModule module =
        switch (sandbox.load(named(manifest.module(), folder.module()))) {
          case LoadResult.Loaded(GuestModule loaded) -> loaded;
          case LoadResult.Rejected(String reason) ->
              throw new Refusal(Code.INVALID, "the module: " + reason);
        };
    boolean byModule = manifest.splitRule() instanceof SplitRule.ByModule;
    if (byModule && !module.exports(GuestFunction.SPLIT)) {
      throw new Refusal(
          Code.INVALID, "split rule module: the module exports no 'split'; give another --split");
    }
    return module;
  }

  private static byte[] named(BlobRef ref, Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    if (!BlobRef.of(bytes).equals(ref)) {
      throw new IOException(path + " is damaged: it is not blob " + ref.digest() + " any more");
    }
    return bytes;
  }

  private static InputFile openInput(JobDirectory folder) throws IOException {
    try {
      return InputFile.open(folder.input());
    } catch (CommandException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private PreparedJob prepared(Signed signed, JobDraft draft) throws Refusal {
    Optional<String> refusal =
        JobDraft.refusal(draft.manifest(), draft.cuts(), draft.module(), sandbox);
    if (refusal.isPresent()) {
      throw new Refusal(Code.OVER_LIMIT, refusal.get());
    }
    return new PreparedJob(JobId.of(signed), signed, draft);
  }
}
