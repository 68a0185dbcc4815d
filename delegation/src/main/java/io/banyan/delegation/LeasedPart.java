package io.banyan.delegation;

import io.banyan.schema.BlobRef;

/**
 * The part that a leased plan node stands on, under the rule {@code module}.
 *
 * @param parentBytes the length of the part it was split from
 */
public record LeasedPart(BlobRef bytes, long parentBytes) {}
