/** What must survive a crash: which jobs were accepted, and how each of them ended. */
@NullMarked
package io.banyan.node.journal;

import org.jspecify.annotations.NullMarked;
