/**
 * The words of the house: values that travel, their limits, and the arithmetic of the plan.
 *
 * <p>Everything here is immutable, knows no clock, thread, socket or file, and is safe for any
 * thread unless a class says otherwise.
 */
@NullMarked
package io.banyan.schema;

import org.jspecify.annotations.NullMarked;
