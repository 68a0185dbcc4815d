/** Who is at the other end, and bytes that nobody on the way can read or change. */
@NullMarked
package io.banyan.p2p.noise;

import org.jspecify.annotations.NullMarked;
