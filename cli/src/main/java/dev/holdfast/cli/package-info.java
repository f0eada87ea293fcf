/** The composition root: verbs, the demo, exit codes. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
