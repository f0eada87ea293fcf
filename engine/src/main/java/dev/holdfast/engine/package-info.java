/** One package per verb. */
@NullMarked
package dev.holdfast.engine;

import org.jspecify.annotations.NullMarked;
