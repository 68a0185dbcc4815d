/**
 * Why a result may be believed: signatures, the tree of claims, receipts and their checks.
 *
 * <p>Everything here decides and nothing here waits: it knows no clock, thread, socket, file or
 * randomness of its own. Classes are immutable and safe for any thread unless they say otherwise.
 */
@NullMarked
package io.banyan.trust;

import org.jspecify.annotations.NullMarked;
