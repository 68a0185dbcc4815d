/** The command line: reads options, says what happened, and ends with the right number. */
@NullMarked
package io.banyan.node.cli;

import org.jspecify.annotations.NullMarked;
