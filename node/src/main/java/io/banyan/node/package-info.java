/** Wires the house together: keys, files, workers, and the driver that does what is decided. */
@NullMarked
package io.banyan.node;

import org.jspecify.annotations.NullMarked;
