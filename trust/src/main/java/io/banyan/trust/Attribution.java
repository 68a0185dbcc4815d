package io.banyan.trust;

import io.banyan.schema.PeerId;
import java.util.List;

/**
 * Who did what, as the signatures under a receipt show it: who signed for work that nobody below
 * signed for ran it himself.
 *
 * @param leases how many there are, whatever came of them
 * @param receipts how many of them were answered, each by one receipt that counts
 * @param failures how many ended with a signed failure
 * @param shares of each signer, in the order in which they appear; the first is the holder of the
 *     link
 * @param deepest the longest way from that holder down over receipts that count, both ends included
 */
public record Attribution(
    int leases, int receipts, int failures, List<Share> shares, List<PeerId> deepest) {
  public Attribution {
    shares = List.copyOf(shares);
    deepest = List.copyOf(deepest);
  }

  /** How many machines are between the holder and the farthest leaf: 0 if nothing was lent. */
  public int depth() {
    return deepest.size() - 1;
  }

  /**
   * The leaves that one peer signed for.
   *
   * @param ran those it ran itself
   * @param lent those that it lent on, whose receipts it rests on
   */
  public record Share(PeerId peer, long ran, long lent) {}
}
