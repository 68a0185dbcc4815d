/** The long-running node: everything wired together. */
@NullMarked
package io.banyan.node.daemon;

import org.jspecify.annotations.NullMarked;
