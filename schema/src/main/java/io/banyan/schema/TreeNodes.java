package io.banyan.schema;

import java.util.HashMap;
import java.util.Map;

/**
 * Hashes of the nodes of an RFC 9162 tree, those that are known: in memory for some 40 bytes a
 * node, and little for what is not known.
 *
 * <p>For one thread while it grows.
 */
final class TreeNodes {
  /*
   * A subtree over leaves [from, to) lies at level ceil(log2(to − from)), place from >> level: it
   * begins at a multiple of 2^level, since the left subtree is always a power of two. Neighbouring
   * nodes of a level share a page.
   */

  private static final int PAGE_NODES = Integer.SIZE; // one bit each in `known`
  private static final int LEVEL_SHIFT = 56; // places take fewer bits: a blob has 2^47 blocks

  private final Map<Long, Page> pages = new HashMap<>();

  private static final class Page {
    private final byte[] hashes = new byte[PAGE_NODES * Digest.LENGTH];
    private int known;
  }

  void put(long from, long to, Digest hash) {
    long place = place(from, to);
    Page page = pages.computeIfAbsent(page(from, to, place), _ -> new Page());
    int slot = (int) (place % PAGE_NODES);
    hash.copyInto(page.hashes, slot * Digest.LENGTH);
    page.known |= 1 << slot;
  }

  /**
   * The root over leaves [from, to).
   *
   * @throws IllegalStateException if it was never put
   */
  Digest get(long from, long to) {
    long place = place(from, to);
    Page page = pages.get(page(from, to, place));
    int slot = (int) (place % PAGE_NODES);
    if (page == null || (page.known & (1 << slot)) == 0) {
      throw new IllegalStateException("the hash over blocks " + from + " to " + to + " is unknown");
    }
    return Digest.at(page.hashes, slot * Digest.LENGTH);
  }

  private static Long page(long from, long to, long place) {
    return ((long) level(from, to) << LEVEL_SHIFT) | (place / PAGE_NODES);
  }

  private static long place(long from, long to) {
    return from >>> level(from, to);
  }

  private static int level(long from, long to) {
    return Long.SIZE - Long.numberOfLeadingZeros(to - from - 1);
  }
}
