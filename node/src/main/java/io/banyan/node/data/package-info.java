/** Moves blobs, ropes and evidence between peers over {@code /banyan/data/1}, proven before use. */
@NullMarked
package io.banyan.node.data;

import org.jspecify.annotations.NullMarked;
