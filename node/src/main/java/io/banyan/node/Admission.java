package io.banyan.node;

import com.google.common.math.LongMath;
import io.banyan.schema.BlobRef;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.CapabilityReport.JobLimits;
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.schema.Refused.Code;
import io.banyan.schema.Routing;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Verification;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.util.Optional;

/**
 * Which jobs a node takes, before anything of them is fetched.
 *
 * @param allow whose
 * @param owner who may ask about every job, and end it
 * @param node the key of this node
 */
public record Admission(Allow allow, PublicKey owner, PublicKey node) {
  /** Whether {@code asker} may ask about a job of {@code submitter}. */
  boolean mayAsk(PublicKey asker, PublicKey submitter) {
    return asker.equals(submitter) || asker.equals(owner);
  }

  /** Whether {@code asker} is anybody here at all. */
  boolean knows(PublicKey asker) {
    return asker.equals(owner) || allow.allows(asker);
  }

  /**
   * The manifest in {@code signed}, which {@code asker} has handed in.
   *
   * @throws Refusal with the first rule that it breaks
   */
  Manifest admit(Signed signed, PublicKey asker, CapabilityReport capacity, long nowMillis)
      throws Refusal {
    requireSubmitter(signed, asker);
    Manifest manifest = decode(signed);
    requireEntry(manifest);
    requireTime(manifest, nowMillis);
    requireServed(manifest, capacity);
    if (!capacity.accepting()) {
      throw new Refusal(Code.DRAINING, "this node takes no new jobs: it is about to stop");
    }
    return manifest;
  }

  /**
   * Why the node {@code self} of this {@code capacity} works on no such job, whoever lends it, if
   * it does not.
   */
  public static Optional<Refused> refusal(
      Manifest manifest, CapabilityReport capacity, PeerId self) {
    try {
      requireServed(manifest, capacity);
      requireWanted(manifest.routing(), capacity, self);
      return Optional.empty();
    } catch (Refusal refusal) {
      return Optional.of(refusal.refused());
    }
  }

  private static void requireServed(Manifest manifest, CapabilityReport capacity) throws Refusal {
    requireKnown(manifest, capacity);
    requireWithin(manifest, capacity.limits());
  }

  /** A job's entry node was chosen by its submitter; every other node is held against its words. */
  private static void requireWanted(Routing routing, CapabilityReport capacity, PeerId self)
      throws Refusal {
    if (!routing.onlyPeers().isEmpty() && !routing.onlyPeers().contains(self)) {
      throw new Refusal(
          Code.NOT_ALLOWED, self + " is not among the nodes that the job may go to (--only-peers)");
    }
    for (String label : routing.labels()) {
      if (!capacity.labels().contains(label)) {
        throw new Refusal(
            Code.NOT_ALLOWED,
            "the job wants nodes that call themselves " + label + ", this one does not (--labels)");
      }
    }
  }

  private void requireSubmitter(Signed signed, PublicKey asker) throws Refusal {
    if (!signed.signer().equals(asker)) {
      throw new Refusal(
          Code.NOT_ALLOWED,
          "the manifest is signed by " + signed.signer() + ", and handed in by " + asker);
    }
    if (!allow.allows(asker)) {
      throw new Refusal(
          Code.NOT_ALLOWED,
          "this node takes no jobs of "
              + asker
              + "; who runs it can allow them by --allow "
              + asker
              + ", or by --allow any");
    }
    if (!Signatures.hold(SigningDomain.MANIFEST, signed)) {
      throw new Refusal(Code.INVALID, "the manifest's signature does not hold");
    }
  }

  private static Manifest decode(Signed signed) throws Refusal {
    try {
      return WireCodec.decodeManifest(signed.payload());
    } catch (MalformedMessageException e) {
      throw new Refusal(Code.INVALID, "the manifest: " + e.getMessage());
    }
  }

  private void requireEntry(Manifest manifest) throws Refusal {
    if (!manifest.entry().equals(node)) {
      throw new Refusal(
          Code.NOT_ALLOWED,
          "the manifest is for the node " + manifest.entry() + ", this is " + node);
    }
  }

  private static void requireTime(Manifest manifest, long nowMillis) throws Refusal {
    if (manifest.endMillis() <= nowMillis) {
      throw new Refusal(
          Code.EXPIRED,
          "the manifest ended "
              + (nowMillis - manifest.endMillis()) / 1000
              + " s ago by this node's clock");
    }
    if (manifest.createdMillis() > nowMillis + Limits.CLOCK_LEEWAY_MILLIS) {
      throw new Refusal(
          Code.INVALID,
          "the manifest was made "
              + (manifest.createdMillis() - nowMillis) / 1000
              + " s in the future; a clock is wrong, here or there");
    }
  }

  private static void requireKnown(Manifest manifest, CapabilityReport capacity) throws Refusal {
    if (!capacity.profiles().contains(manifest.profile())) {
      throw new Refusal(
          Code.UNSUPPORTED,
          "profile "
              + manifest.profile().id()
              + " is not known here, "
              + capacity.profiles().getFirst().id()
              + " is");
    }
    if (!(manifest.verification() instanceof Verification.None())) {
      throw new Refusal(
          Code.UNSUPPORTED,
          "verification "
              + manifest.verification().words()
              + ": this node does not audit yet; --verify none is what there is");
    }
    if (manifest.partialPermille() != 1000) {
      throw new Refusal(
          Code.UNSUPPORTED, "partial answers: a job is finished here whole, or not at all");
    }
  }

  private static void requireWithin(Manifest manifest, JobLimits limits) throws Refusal {
    CallLimits asked = manifest.limits();
    CallLimits most = limits.call();
    requireAtMost("fuel of a call (--leaf-fuel)", asked.fuel(), most.fuel());
    requireAtMost(
        "memory of a call in bytes (--memory)", asked.memoryBytesMax(), most.memoryBytesMax());
    requireAtMost("stack of a call in bytes", asked.depthBytesMax(), most.depthBytesMax());
    requireAtMost(
        "output of a call in bytes (--leaf-output)", asked.outputBytesMax(), most.outputBytesMax());
    requireAtMost("time of a call in ms (--leaf-time)", asked.wallMillis(), most.wallMillis());
    requireAtMost("input in bytes", manifest.input().length(), limits.inputBytesMax());
    requireAtMost("leaves (--chunk)", leaves(manifest), limits.leavesMax());
    long sharedBytes = 0;
    for (BlobRef blob : manifest.shared()) {
      sharedBytes = LongMath.saturatedAdd(sharedBytes, blob.length());
    }
    // A guest is handed all of them, and has no room for more.
    requireAtMost("shared blobs together in bytes", sharedBytes, asked.memoryBytesMax());
  }

  /** How many leaves it can have at most; under the module's own rule at least so many. */
  private static long leaves(Manifest manifest) {
    return switch (manifest.splitRule()) {
      case SplitRule.ByIndex(int cells) -> cells;
      case SplitRule.ByModule() -> 1;
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByLines() ->
          Math.clamp(
              Math.ceilDiv(manifest.input().length(), manifest.chunkBytes()), 1, Limits.CELLS_MAX);
    };
  }

  private static void requireAtMost(String what, long asked, long most) throws Refusal {
    if (asked > most) {
      throw new Refusal(Code.OVER_LIMIT, what + ": " + asked + ", this node's limit is " + most);
    }
  }
}
