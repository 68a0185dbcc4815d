/**
 * Many streams on one connection: {@code /yamux/1.0.0} (libp2p specification, "yamux"), as state
 * machines that are told bytes and times, and answer with events and bytes.
 */
@NullMarked
package io.banyan.p2p.yamux;

import org.jspecify.annotations.NullMarked;
