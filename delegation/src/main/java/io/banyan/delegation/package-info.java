/**
 * What to do next: a state machine that is told events and answers with commands.
 *
 * <p>Everything here decides and nothing here waits: it knows no clock, thread, socket, file or
 * randomness of its own, so that a simulator can run the very same classes.
 */
@NullMarked
package io.banyan.delegation;

import org.jspecify.annotations.NullMarked;
