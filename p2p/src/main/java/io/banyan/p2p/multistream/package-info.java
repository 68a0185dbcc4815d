/**
 * How two peers agree on what they speak next: multistream-select 1.0 (multiformats,
 * "multistream-select"; libp2p specification, "Connection establishment").
 */
@NullMarked
package io.banyan.p2p.multistream;

import org.jspecify.annotations.NullMarked;
