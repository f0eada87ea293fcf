/** A store in memory, for tests and rehearsals: the same contract, nothing left behind. */
@NullMarked
package dev.holdfast.storage.memory;

import org.jspecify.annotations.NullMarked;
