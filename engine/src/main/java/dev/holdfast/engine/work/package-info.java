/** A bounded number of threads that do the jobs of one verb, and stop together when one fails. */
@NullMarked
package dev.holdfast.engine.work;

import org.jspecify.annotations.NullMarked;
