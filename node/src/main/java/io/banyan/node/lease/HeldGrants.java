package io.banyan.node.lease;

import io.banyan.node.lease.DisjointCosts.Cost;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.PlanNode;
import io.banyan.trust.LeaseChain;
import io.banyan.trust.Link;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What lenders have handed out to this node, by the links that they lend from: the grants of leases
 * that are held, and what came of those that were delivered. Together they may not be more than the
 * link's own grant; so a lender that hands out more than it was granted finds no takers, also where
 * each lease alone is within it.
 *
 * <p>Second leases may have a twentieth beside the grant. Which lease is one, the lender does not
 * say, and so all may have it together. A lease whose lender was lost meanwhile counts by what
 * comes of it only: the lender may have given it up, and lent anew what was reserved for it.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class HeldGrants {
  /** Links remembered, those with leases that are held aside: the least lately lent from goes. */
  static final int LINKS_MAX = 1024;

  /** Plan nodes told apart under one link: what is done again of more counts again. */
  static final int NODES_MAX = 4096;

  /** As the lender reckons it. */
  private static final double SECOND_SHARE = 0.05;

  private final Map<Digest, Lent> byLink = new LinkedHashMap<>(16, 0.75f, true);

  /** What was lent from one link. */
  private static final class Lent {
    final Link link;
    final Cost limit;
    final DisjointCosts settled = new DisjointCosts();
    final Set<HeldLease> live = new HashSet<>();
    Cost rest = Cost.NOTHING; // of settled ones that are not told apart

    Lent(Link link, Cost limit) {
      this.link = link;
      this.limit = limit;
    }

    Cost with(HeldLease fresh) {
      DisjointCosts all = new DisjointCosts(settled);
      for (HeldLease lease : live) {
        if (lease.isStillCharged()) {
          all.add(lease.lease().node(), lease.charge());
        }
      }
      all.add(fresh.lease().node(), fresh.charge());
      return all.sum().plus(rest);
    }
  }

  /**
   * Takes a lease on, unless its lender has handed out too much with it. {@link #ended} follows.
   *
   * @return what is wrong with it, as a sentence, if anything is
   */
  synchronized Optional<String> take(HeldLease lease) {
    Link above = above(lease.chain());
    Lent lent =
        byLink.computeIfAbsent(above.digest(), _ -> new Lent(above, limit(above, lease.chain())));
    forgetOldest();
    Cost all = lent.with(lease);
    Optional<String> trouble =
        over("leaves", all.leaves(), lent.limit.leaves(), above.grant().leaves(), above)
            .or(() -> over("fuel", all.fuel(), lent.limit.fuel(), above.grant().fuel(), above))
            .or(() -> over("bytes", all.bytes(), lent.limit.bytes(), above.grant().bytes(), above));
    if (trouble.isEmpty()) {
      lent.live.add(lease);
    }
    return trouble;
  }

  private static Optional<String> over(
      String what, long sum, long limit, long granted, Link above) {
    return sum <= limit
        ? Optional.empty()
        : Optional.of(
            "lender "
                + above.holder()
                + " hands out "
                + sum
                + " "
                + what
                + " to this node alone, and was granted "
                + granted
                + ", "
                + (limit - granted)
                + " more for second leases");
  }

  /** The link that the lender holds. */
  private static Link above(LeaseChain.Holds chain) {
    Link link = Link.ofJob(chain.job(), chain.manifest());
    for (int i = 0; i < chain.leases().size() - 1; i++) {
      link = link.lent(chain.leases().get(i + 1).parent(), chain.leases().get(i));
    }
    return link;
  }

  private static Cost limit(Link link, LeaseChain.Holds chain) {
    long planLeaves =
        link.node() instanceof PlanNode.Cells(var interval)
            ? interval.count()
            : partLeaves(link, chain);
    Budget grant = link.grant();
    long leaves = Math.max(1, (long) (SECOND_SHARE * planLeaves));
    double share = Math.min(1, (double) leaves / planLeaves);
    return Cost.of(grant)
        .plus(new Cost(leaves, (long) (share * grant.fuel()), (long) (share * grant.bytes())));
  }

  private static long partLeaves(Link link, LeaseChain.Holds chain) {
    long bytes =
        link.part().map(part -> part.bytes().length()).orElse(chain.manifest().input().length());
    return Math.max(1, Math.ceilDiv(bytes, chain.manifest().chunkBytes()));
  }

  private void forgetOldest() {
    if (byLink.size() > LINKS_MAX) {
      byLink.values().stream()
          .filter(lent -> lent.live.isEmpty())
          .findFirst()
          .ifPresent(lent -> byLink.remove(lent.link.digest()));
    }
  }

  /** A lease is over; what was delivered under it stays charged. */
  synchronized void ended(HeldLease lease) {
    Lent lent = byLink.get(lease.lease().parent());
    if (lent == null || !lent.live.remove(lease)) {
      return;
    }
    Optional<Cost> settled = lease.settled();
    if (settled.isPresent() && lent.settled.size() < NODES_MAX) {
      lent.settled.add(lease.lease().node(), settled.get());
    } else if (settled.isPresent()) {
      lent.rest = lent.rest.plus(settled.get());
    }
  }

  /** How many links are remembered. */
  synchronized int size() {
    return byLink.size();
  }
}
