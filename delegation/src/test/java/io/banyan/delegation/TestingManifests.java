package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Verification;
import java.util.List;
import java.util.Optional;

/** Manifests of jobs over bytes in memory. */
final class TestingManifests {
  /** To whom every job here is submitted; nothing is signed. */
  static final PublicKey ENTRY = new PublicKey(Bytes.of(new byte[PublicKey.LENGTH]));

  private TestingManifests() {}

  static Manifest of(
      SplitRule rule, int chunkBytes, BlobRef input, long timeMillis, double operationWeight) {
    return new Manifest(
        Profile.ONE,
        Bytes.of(new byte[Manifest.TOKEN_LENGTH]),
        1,
        2,
        ENTRY,
        BlobRef.of(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}),
        input,
        Bytes.EMPTY,
        List.of(),
        rule,
        chunkBytes,
        CallLimits.DEFAULT,
        new Budget(1L << 40, 1 << 20, 1L << 30, 1L << 30, 4, timeMillis),
        3,
        new Verification.None(),
        Routing.DEFAULT,
        1000,
        MemoPolicy.PRIVATE,
        operationWeight);
  }

  /** What units cost, under a module that weighs nothing. */
  static Prices prices(LeafCost cost, double bytesPerUnit, double leafUnits) {
    return new Prices(
        cost, bytesPerUnit, leafUnits, new Wares(Digest.ZERO, 0, Digest.sha256(new byte[1])));
  }

  static Optional<Cuts> cuts(Manifest manifest, byte[] input) {
    if (manifest.splitRule() instanceof SplitRule.ByLines) {
      LineCuts.Finder finder = new LineCuts.Finder(manifest.chunkBytes());
      finder.update(input, 0, input.length);
      return Optional.of(finder.finish());
    }
    return manifest.cutsBySize();
  }

  static Digest link(int number) {
    return Digest.sha256(new byte[] {(byte) number});
  }

  /** The whole of a job's plan, as its entry node begins it. */
  static Task task(Digest link, Manifest manifest, Optional<Cuts> cuts, boolean merges) {
    return new Task(
        link,
        new JobId(link),
        manifest,
        ENTRY,
        Plan.of(manifest).root(cuts),
        cuts.<Task.Ground>map(Task.Ground.Cells::new)
            .orElse(new Task.Ground.Part(manifest.input(), Long.MAX_VALUE)),
        merges,
        manifest.budget(),
        manifest.retries() + 1,
        List.of());
  }

  /** {@code whole} as {@code submitter} wants it done, with {@code priority}. */
  static Task of(Task whole, PublicKey submitter, Priority priority) {
    Manifest manifest = whole.manifest();
    Routing routing = new Routing(priority, List.of(), List.of(), false);
    return new Task(
        whole.link(),
        whole.job(),
        with(manifest, manifest.budget(), routing, manifest.retries()),
        submitter,
        whole.node(),
        whole.ground(),
        whole.merges(),
        whole.grant(),
        whole.tries(),
        whole.above());
  }

  /** The same with another budget, routing and number of retries. */
  static Manifest with(Manifest manifest, Budget budget, Routing routing, int retries) {
    return new Manifest(
        manifest.profile(),
        manifest.token(),
        manifest.createdMillis(),
        manifest.endMillis(),
        manifest.entry(),
        manifest.module(),
        manifest.input(),
        manifest.params(),
        manifest.shared(),
        manifest.splitRule(),
        manifest.chunkBytes(),
        manifest.limits(),
        budget,
        retries,
        manifest.verification(),
        routing,
        manifest.partialPermille(),
        manifest.memo(),
        manifest.operationWeight());
  }

  /**
   * The plan node {@code node} of {@code whole}, as a child begins it under the lease {@code link}.
   */
  static Task leased(
      Digest link,
      Task whole,
      PlanNode node,
      Task.Ground ground,
      Budget grant,
      int tries,
      List<PeerId> above) {
    return new Task(
        link,
        whole.job(),
        whole.manifest(),
        whole.submitter(),
        node,
        ground,
        whole.merges(),
        grant,
        tries,
        above);
  }

  /** A peer by number; their ids are in the same order. */
  static PeerId peer(int number) {
    byte[] key = new byte[PublicKey.LENGTH];
    key[0] = (byte) number;
    key[1] = (byte) (number >> 8);
    return new PeerId(new PublicKey(Bytes.of(key)));
  }
}
