package io.banyan.node.lease;

import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.LoadResult;
import io.banyan.compute.Sandbox;
import io.banyan.delegation.Decision;
import io.banyan.delegation.Task;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.GuestCalls;
import io.banyan.node.Material;
import io.banyan.node.Recollection;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.CutSink;
import io.banyan.node.data.DataClient;
import io.banyan.node.data.RangeFile;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Refused;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Gets everything that a lease needs before work on it begins: the module and the shared blobs,
 * once a node; its own range of the input, or its part. Every byte is proven against the manifest
 * before it is kept.
 *
 * <p>Safe for any thread; blocks.
 */
public final class Staging {
  private final Path folder;
  private final Sandbox sandbox;
  private final DataClient data;
  private final Shelf shelf;
  private final TreeCache trees;
  private final KeptFolders kept;
  private final long valueBytesMax;
  private final Function<Manifest, Optional<Refused>> maxima;
  private final BiConsumer<JobId, Decision> explained;

  /**
   * Stages below {@code folder}.
   *
   * @param valueBytesMax of one lease's values in memory; the rest goes to a file
   * @param maxima says why a job is more than this node works on, if it is
   * @param explained told each decision about a lease
   */
  public Staging(
      Path folder,
      Sandbox sandbox,
      DataClient data,
      Shelf shelf,
      TreeCache trees,
      KeptFolders kept,
      long valueBytesMax,
      Function<Manifest, Optional<Refused>> maxima,
      BiConsumer<JobId, Decision> explained) {
    this.folder = folder;
    this.sandbox = sandbox;
    this.data = data;
    this.shelf = shelf;
    this.trees = trees;
    this.kept = kept;
    this.valueBytesMax = valueBytesMax;
    this.maxima = maxima;
    this.explained = explained;
  }

  /** The lease cannot be worked on here. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refused refused;

    RefusedException(Refused refused) {
      super(refused.sentence());
      this.refused = refused;
    }

    RefusedException(Refused.Code code, String sentence) {
      this(new Refused(code, Sentences.fit(sentence), 0));
    }

    Refused refused() {
      return refused;
    }
  }

  /** A lease that can be worked on; closed when nobody wants anything of it any more. */
  record Staged(TaskFolder folder, Optional<RangeFile> input) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      try (folder) {
        if (input.isPresent()) {
          input.get().close();
        }
      }
    }
  }

  Staged stage(HeldLease held) throws IOException, InterruptedException, RefusedException {
    Manifest manifest = held.chain().manifest();
    Optional<Refused> refused = maxima.apply(manifest);
    if (refused.isPresent()) {
      throw new RefusedException(refused.get()); // before a byte of it is fetched
    }
    if (manifest.splitRule() instanceof SplitRule.ByModule && held.lease().part().isEmpty()) {
      throw new RefusedException(
          Refused.Code.INVALID, "under the rule module parts are lent, and not the whole");
    }
    byte[] wasm = shelf.module(manifest.module(), held.lender(), held.link());
    GuestModule module = load(wasm, manifest);
    List<byte[]> shared = new ArrayList<>();
    Map<BlobRef, RangeSource> blobs = new HashMap<>();
    blobs.put(manifest.module(), new BytesSource(manifest.module(), wasm, trees));
    for (BlobRef ref : manifest.shared()) {
      byte[] bytes =
          shelf.shared(held.offer().manifest().signer(), ref, held.lender(), held.link());
      shared.add(bytes);
      blobs.put(ref, new BytesSource(ref, bytes, trees));
    }
    Configuration configuration = new Configuration(manifest.params().toArray(), shared);
    return new Opening(held, module, configuration, blobs).open();
  }

  private GuestModule load(byte[] wasm, Manifest manifest)
      throws RefusedException, InterruptedException {
    GuestModule module =
        switch (sandbox.load(wasm)) {
          case LoadResult.Loaded(GuestModule loaded) -> loaded;
          case LoadResult.Rejected(String reason) ->
              throw new RefusedException(Refused.Code.UNSUPPORTED, "module: " + reason);
        };
    Optional<String> refusal = sandbox.refusal(module, manifest.limits());
    if (refusal.isPresent()) {
      throw new RefusedException(Refused.Code.OVER_LIMIT, refusal.get());
    }
    return module;
  }

  /** Puts one lease's folder together, and leaves nothing open if it fails. */
  private final class Opening {
    private final HeldLease held;
    private final Manifest manifest;
    private final Lease lease;
    private final GuestModule module;
    private final Configuration configuration;
    private final Map<BlobRef, RangeSource> blobs;
    private final List<AutoCloseable> open = new ArrayList<>();

    Opening(
        HeldLease held,
        GuestModule module,
        Configuration configuration,
        Map<BlobRef, RangeSource> blobs) {
      this.held = held;
      this.manifest = held.chain().manifest();
      this.lease = held.lease();
      this.module = module;
      this.configuration = configuration;
      this.blobs = blobs;
    }

    Staged open() throws IOException, InterruptedException, RefusedException {
      Path own = Files.createDirectories(folder.resolve(held.link().toString()));
      boolean whole = false;
      try {
        BlobStore values = keep(new BlobStore(own, valueBytesMax));
        ClaimLog claims = keep(new ClaimLog(own));
        Recollection recollection = Recollection.of(claims, values);
        kept.recall(held, recollection, claims, values);
        Optional<RangeFile> input = Optional.empty();
        Task.Ground ground;
        if (lease.part().isPresent()) {
          ground = part(lease.part().get(), values);
        } else if (manifest.splitRule() instanceof SplitRule.ByIndex) {
          ground = new Task.Ground.Cells(manifest.cutsBySize().orElseThrow());
        } else {
          RangeFile file = keep(RangeFile.create(own.resolve("input"), manifest.input()));
          ground = new Task.Ground.Cells(fetchInput(file));
          input = Optional.of(file);
        }
        GuestCalls calls =
            new GuestCalls(sandbox, module, configuration, manifest.limits(), input, values);
        Material material = new Material(blobs, input.map(file -> file));
        TaskFolder made =
            new TaskFolder(
                task(ground).knowing(recollection.known()),
                new TaskFolder.Authority(
                    held.offer().manifest(), held.offer().chain(), held.chain().link()),
                material,
                calls,
                values,
                claims,
                recollection,
                decision -> explained.accept(held.chain().job(), decision));
        whole = true;
        return new Staged(made, input);
      } finally {
        if (!whole) {
          closeAll();
        }
        Files.deleteIfExists(own); // its files have no names any more
      }
    }

    private <T extends AutoCloseable> T keep(T opened) {
      open.add(opened);
      return opened;
    }

    private void closeAll() throws IOException {
      for (AutoCloseable each : open) {
        try {
          each.close();
        } catch (Exception e) {
          throw new IOException("the files of lease " + held.link() + " cannot be closed", e);
        }
      }
    }

    private Task.Ground part(Lease.LeasedPart part, BlobStore values)
        throws IOException, InterruptedException {
      long bytesMax = Math.max(manifest.limits().splitBytesMax(), Limits.LEAF_BYTES_MAX);
      values.put(data.fetchBytes(held.lender(), held.link(), part.bytes(), bytesMax));
      return new Task.Ground.Part(part.bytes(), part.parentBytes());
    }

    /** The lease's own range of the input; and its cuts, as its bytes have them. */
    private Cuts fetchInput(RangeFile file)
        throws IOException, InterruptedException, RefusedException {
      InputRange range = InputRange.of(manifest, lease);
      if (!(manifest.splitRule() instanceof SplitRule.ByLines)) {
        data.fetch(
            held.lender(), held.link(), manifest.input(), range.from(), range.byteCount(), file);
        return manifest.cutsBySize().orElseThrow();
      }
      PlanNode.Cells cells = (PlanNode.Cells) lease.node();
      LineCuts.Finder finder = new LineCuts.Finder(manifest.chunkBytes(), cells.interval().from());
      data.fetch(
          held.lender(),
          held.link(),
          manifest.input(),
          range.from(),
          range.byteCount(),
          new CutSink(file, finder, range.from(), range.to()));
      return lineCuts(finder, cells);
    }

    private Cuts lineCuts(LineCuts.Finder finder, PlanNode.Cells cells) throws RefusedException {
      int from = cells.interval().from();
      int to = cells.interval().to();
      LineCuts cuts = finder.finish(to, manifest.input().length());
      if (cuts.cut(from) != lease.fromByte() || cuts.cut(to) != lease.toByte()) {
        throw new RefusedException(
            Refused.Code.INVALID,
            "the lease says bytes "
                + lease.fromByte()
                + " to "
                + lease.toByte()
                + ", the lines of the input say "
                + cuts.cut(from)
                + " to "
                + cuts.cut(to));
      }
      return cuts;
    }

    private Task task(Task.Ground ground) {
      return new Task(
              held.link(),
              held.chain().job(),
              manifest,
              held.offer().manifest().signer(),
              lease.node(),
              ground,
              module.exports(GuestFunction.MERGE),
              lease.grant(),
              lease.tries(),
              held.chain().link().above())
          .due(lease.dueMillis());
    }
  }
}
