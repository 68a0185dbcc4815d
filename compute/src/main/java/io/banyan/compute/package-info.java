/**
 * The sandbox: untrusted WebAssembly in, outcomes out. {@link io.banyan.compute.Sandbox} is the
 * door; the engine stands behind {@code Runner}, and only the classes that implement it know its
 * name.
 */
@NullMarked
package io.banyan.compute;

import org.jspecify.annotations.NullMarked;
