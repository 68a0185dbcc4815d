package io.banyan.trust;

import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;

/**
 * What a verifier learns from module and input themselves, and from nobody's word. The input's
 * bytes have been found to have the manifest's digest before.
 *
 * <p>Where a link is checked, only the link's own cells [i, j) are asked for, and the cuts from i
 * to j.
 */
public interface JobContent {
  /** Whether the module exports {@code merge}. */
  boolean merges();

  /** The cuts of the input. Not called under the rule {@code module}. */
  Cuts cuts();

  /** The blob root of what the leaf {@code cell} is handed. Not called for {@code module}. */
  Digest chunk(Interval cell);
}
