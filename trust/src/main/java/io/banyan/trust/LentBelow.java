package io.banyan.trust;

import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The leases below a link, and what came of each. It takes them one by one, parents first, is shown
 * what each plan node came to, and then knows who stands for what.
 *
 * <p>For one thread.
 */
final class LentBelow implements PlanCheck.Arrivals {
  private final int leasesMax;
  private final JobContent content;
  private final LeaseRules leaseRules;
  private final ReceiptRules receiptRules;
  private final FailureRules failureRules;
  private final Lent top;
  private final List<Lent> all = new ArrayList<>(); // in order, without the top
  private final Map<Digest, Lent> byLease = new HashMap<>();
  private final TreeMap<PlanNode, List<Lent>> byNode = new TreeMap<>(PlanOrder.INSTANCE);

  LentBelow(JobId job, Manifest manifest, JobContent content, Link link, int leasesMax) {
    this.leasesMax = leasesMax;
    this.content = content;
    this.leaseRules = new LeaseRules(job, manifest);
    this.receiptRules = new ReceiptRules(job, manifest);
    this.failureRules = new FailureRules(manifest, leaseRules);
    this.top = new Lent(-1, link, Optional.empty());
    byLease.put(link.digest(), top);
  }

  /** One link, and what answers it. */
  private static final class Lent {
    final int number; // of the lease, in the order in which they came; -1 for the top
    final Link link;
    final Optional<Lent> lender;
    final List<Lent> direct = new ArrayList<>(); // that are answered; in plan order at the end
    Optional<Answer> answer = Optional.empty();
    boolean reached;
    boolean failed;

    Lent(int number, Link link, Optional<Lent> lender) {
      this.number = number;
      this.link = link;
      this.lender = lender;
    }

    String leaseName() {
      return "lease " + number + " (plan node " + link.node() + ")";
    }

    String receiptName() {
      if (number >= 0) {
        return "receipt of " + leaseName();
      }
      return link.isJob() ? "root receipt" : "receipt";
    }

    long leaves() {
      return answer.map(answer -> answer.receipt.leaves()).orElse(0L);
    }

    long lentLeaves() {
      return direct.stream().mapToLong(Lent::leaves).sum();
    }
  }

  private record Answer(Receipt receipt, Digest digest) {}

  /** Takes the next lease. */
  void lease(Signed signed) throws Breach {
    if (all.size() == leasesMax) {
      throw invalid("there are more than " + leasesMax + " leases");
    }
    try {
      Lent lender = lender(signed);
      LeaseRules.Held held = leaseRules.under(lender.link, signed);
      requireCuts(held.lease());
      Lent lent = new Lent(all.size(), held.link(), Optional.of(lender));
      if (byLease.putIfAbsent(held.link().digest(), lent) != null) {
        throw invalid("it is listed twice");
      }
      all.add(lent);
      byNode.computeIfAbsent(held.link().node(), _ -> new ArrayList<>(1)).add(lent);
    } catch (Breach e) {
      throw e.of("lease " + all.size());
    }
  }

  private Lent lender(Signed signed) throws Breach {
    Digest parent = LeaseRules.decode(signed).parent();
    Lent lender = byLease.get(parent);
    if (lender == null) {
      throw invalid("it is lent from " + parent + ", which is not listed before it");
    }
    if (lender != top && lender.answer.isEmpty()) {
      throw invalid("it is lent from " + parent + ", which nobody answered");
    }
    return lender;
  }

  /** The cuts of lines, too, are known by now. */
  private void requireCuts(Lease lease) throws Breach {
    if (!(lease.node() instanceof PlanNode.Cells(Interval interval))) {
      return;
    }
    long from = content.cuts().cut(interval.from());
    long to = content.cuts().cut(interval.to());
    if (lease.fromByte() != from || lease.toByte() != to) {
      throw invalid(
          "it is for bytes "
              + lease.fromByte()
              + " to "
              + lease.toByte()
              + ", plan node "
              + interval
              + " has "
              + from
              + " to "
              + to);
    }
  }

  /** Takes the receipt that answers the lease taken last. */
  void receipt(Signed signed) throws Breach {
    if (all.isEmpty() || all.getLast().answer.isPresent()) {
      throw invalid("a receipt of " + signed.signer() + " has no lease directly before it");
    }
    Lent lent = all.getLast();
    answer(lent, signed);
    lent.lender.orElseThrow().direct.add(lent);
  }

  /** Takes the receipt of the link itself, and holds it to what was found. */
  Receipt top(Signed signed, PlanCheck.Found found) throws Breach {
    answer(top, signed);
    requireFound(top, found);
    requireBasis(top);
    return top.answer.orElseThrow().receipt;
  }

  private void answer(Lent lent, Signed signed) throws Breach {
    try {
      Receipt receipt = receiptRules.answering(lent.link, signed);
      lent.answer = Optional.of(new Answer(receipt, signed.digest()));
    } catch (Breach e) {
      throw e.of(lent.receiptName());
    }
  }

  @Override
  public void reached(PlanNode node, Optional<Lease.LeasedPart> part, PlanCheck.Found found)
      throws Breach {
    for (Lent lent : byNode.getOrDefault(node, List.of())) {
      lent.reached = true;
      if (!lent.link.part().equals(part)) {
        throw invalid("the split made another part, or split it from another").of(lent.leaseName());
      }
      if (lent.answer.isPresent()) {
        requireFound(lent, found);
      }
    }
  }

  private void requireFound(Lent lent, PlanCheck.Found found) throws Breach {
    try {
      receiptRules.requireFound(lent.answer.orElseThrow().receipt, found);
    } catch (Breach e) {
      throw e.of(lent.receiptName());
    }
  }

  /** At the end of the steps: whether each lease was for something, and what rests on what. */
  void requireWhole() throws Breach {
    for (Lent lent : all) {
      if (!lent.reached) {
        throw invalid("the plan of this input has no such node, or it is empty")
            .of(lent.leaseName());
      }
      if (lent.answer.isPresent()) {
        requireBasis(lent);
      }
    }
  }

  private static void requireBasis(Lent lent) throws Breach {
    lent.direct.sort(Comparator.comparing(below -> below.link.node(), PlanOrder.INSTANCE));
    try {
      for (int i = 1; i < lent.direct.size(); i++) {
        requireApart(lent.direct.get(i - 1).link.node(), lent.direct.get(i).link.node());
      }
      ReceiptRules.requireBasis(
          lent.answer.orElseThrow().receipt,
          lent.direct.stream().map(below -> below.answer.orElseThrow().digest).toList());
    } catch (Breach e) {
      throw e.of(lent.receiptName());
    }
  }

  /** In plan order, neighbours overlap if any do. */
  private static void requireApart(PlanNode left, PlanNode right) throws Breach {
    boolean apart =
        left instanceof PlanNode.Cells(Interval l) && right instanceof PlanNode.Cells(Interval r)
            ? l.to() <= r.from()
            : !PlanOrder.isWithin(left, right);
    if (!apart) {
      throw invalid("it rests on receipts for " + left + " and for " + right + ", which overlap");
    }
  }

  /** Takes a failure of one of the leases. */
  void failure(int number, Signed signed) throws Breach {
    try {
      Digest lease = FailureRules.decode(signed).lease();
      Lent lent = byLease.get(lease);
      if (lent == null || lent == top) {
        throw invalid("it answers the lease " + lease + ", which is not listed");
      }
      failureRules.answering(lent.link, signed);
      if (lent.failed || lent.answer.isPresent()) {
        throw invalid("the lease " + lease + " was answered before");
      }
      lent.failed = true;
    } catch (Breach e) {
      throw e.of("task failure " + number);
    }
  }

  /** Who did what; when everything was found to hold. */
  Attribution attribution() {
    Map<PeerId, Attribution.Share> shares = new LinkedHashMap<>();
    List<PeerId> deepest = count(top, shares);
    int receipts = 0;
    int failures = 0;
    for (Lent lent : all) {
      failures += lent.failed ? 1 : 0;
      if (lent.answer.isPresent()) {
        receipts++;
        List<PeerId> way = count(lent, shares);
        deepest = way.size() > deepest.size() ? way : deepest;
      }
    }
    return new Attribution(all.size(), receipts, failures, List.copyOf(shares.values()), deepest);
  }

  /** Adds what the holder of a link signed for; the way down to it from the top. */
  private List<PeerId> count(Lent lent, Map<PeerId, Attribution.Share> shares) {
    PeerId peer = lent.link.holder();
    long below = lent.lentLeaves();
    long ran = lent.leaves() - below;
    shares.merge(
        peer,
        new Attribution.Share(peer, ran, below),
        (a, b) -> new Attribution.Share(peer, a.ran() + b.ran(), a.lent() + b.lent()));
    List<PeerId> holders = new ArrayList<>(lent.link.above());
    holders.add(peer);
    return holders.subList(top.link.above().size(), holders.size());
  }

  private static Breach invalid(String reason) {
    return new Breach(Refused.Code.INVALID, reason);
  }
}
