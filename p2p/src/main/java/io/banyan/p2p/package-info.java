/** Where peers are, and how bytes get to them. */
@NullMarked
package io.banyan.p2p;

import org.jspecify.annotations.NullMarked;
