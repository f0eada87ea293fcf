/** JMH, and the side-by-side runs against pgBackRest. */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
