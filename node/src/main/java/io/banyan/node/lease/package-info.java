/**
 * Leases between this node and its peers: what it lent, what it holds, and the streams for both.
 */
@NullMarked
package io.banyan.node.lease;

import org.jspecify.annotations.NullMarked;
