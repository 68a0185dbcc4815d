package io.banyan.trust;

import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.WireCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether what a node is offered entitles it to the work: the chain of leases from the submitter's
 * manifest down to the one that names it. The chain is the capability; nobody is asked beside it.
 *
 * <p>A check costs at most {@link Limits#HOPS_MAX} + 1 signatures. Safe for any thread, if {@code
 * allowed} is.
 */
public final class LeaseChain {
  private final PeerId self;
  private final Predicate<PublicKey> allowed;
  private final Set<Profile> profiles;

  /**
   * The chains that {@code self} takes.
   *
   * @param allowed whose jobs it works on
   * @param profiles those it can run
   */
  public LeaseChain(PeerId self, Predicate<PublicKey> allowed, Set<Profile> profiles) {
    this.self = self;
    this.allowed = allowed;
    this.profiles = Set.copyOf(profiles);
  }

  /** What a chain came to. */
  public sealed interface Result {}

  /**
   * Every rule holds. What the input's bytes alone decide is still to be confirmed from them: the
   * cuts of {@code lines}.
   *
   * @param leases as offered, from the entry node's down
   * @param link of the last; the last of {@link Link#above()} is the lender
   */
  public record Holds(JobId job, Manifest manifest, List<Lease> leases, Link link)
      implements Result {
    public Holds {
      leases = List.copyOf(leases);
    }

    /** The lease that is offered. */
    public Lease offered() {
      return leases.getLast();
    }
  }

  /**
   * A rule does not hold.
   *
   * @param sentence names the lease, the rule and the value; fit for a {@link Refused}
   */
  public record Rejected(Refused.Code code, String sentence) implements Result {
    /** The answer to whoever offered it. */
    public Refused refused() {
      return new Refused(code, sentence, 0);
    }
  }

  /**
   * Checks what is offered.
   *
   * @param chain the leases from the entry node's down
   * @param unixMillis the time now, by this node's clock; {@link Limits#CLOCK_LEEWAY_MILLIS} is
   *     allowed for the others'
   */
  public Result check(Signed manifest, List<Signed> chain, long unixMillis) {
    try {
      return walk(manifest, chain, unixMillis);
    } catch (Breach e) {
      return new Rejected(e.code(), e.reason());
    }
  }

  private Holds walk(Signed signed, List<Signed> chain, long unixMillis) throws Breach {
    if (chain.isEmpty() || chain.size() > Limits.HOPS_MAX) {
      throw new Breach(
          Refused.Code.INVALID,
          "a chain of " + chain.size() + " leases, must be 1 to " + Limits.HOPS_MAX);
    }
    Manifest manifest = manifest(signed, unixMillis);
    JobId job = JobId.of(signed);
    LeaseRules rules = new LeaseRules(job, manifest);
    Link link = Link.ofJob(job, manifest);
    List<Lease> leases = new ArrayList<>();
    for (Signed lease : chain) {
      LeaseRules.Held held;
      try {
        held = rules.under(link, lease);
      } catch (Breach e) {
        throw e.of("lease " + (leases.size() + 1) + " of " + chain.size());
      }
      leases.add(held.lease());
      link = held.link();
    }
    requireOurs(link, unixMillis);
    return new Holds(job, manifest, leases, link);
  }

  private Manifest manifest(Signed signed, long unixMillis) throws Breach {
    if (!allowed.test(signed.signer())) {
      throw new Breach(
          Refused.Code.NOT_ALLOWED,
          "submitter "
              + signed.signer()
              + " is not among those that this node works for (--allow)");
    }
    if (!Signatures.hold(SigningDomain.MANIFEST, signed)) {
      throw new Breach(Refused.Code.NOT_ALLOWED, "manifest: its signature does not hold");
    }
    Manifest manifest = decode(signed);
    if (!profiles.contains(manifest.profile())) {
      throw new Breach(
          Refused.Code.UNSUPPORTED,
          "manifest: this node does not know its profile " + manifest.profile().id());
    }
    requireNotOver("manifest", manifest.endMillis(), unixMillis);
    return manifest;
  }

  private static Manifest decode(Signed signed) throws Breach {
    try {
      return WireCodec.decodeManifest(signed.payload());
    } catch (MalformedMessageException e) {
      throw new Breach(Refused.Code.INVALID, "manifest: " + e.getMessage());
    }
  }

  private void requireOurs(Link link, long unixMillis) throws Breach {
    if (!link.holder().equals(self)) {
      throw new Breach(
          Refused.Code.NOT_ALLOWED,
          "the last lease is for " + link.holder() + ", and offered to " + self);
    }
    requireNotOver("the last lease", link.notAfterMillis(), unixMillis);
  }

  private static void requireNotOver(String what, long endMillis, long unixMillis) throws Breach {
    if (unixMillis - Limits.CLOCK_LEEWAY_MILLIS > endMillis) {
      throw new Breach(
          Refused.Code.EXPIRED,
          what + " ended at " + endMillis + " ms, it is " + unixMillis + " ms here");
    }
  }
}
