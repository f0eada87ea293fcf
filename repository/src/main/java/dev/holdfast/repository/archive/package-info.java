/** The archive of WAL: how segments are named, and how they are found. */
@NullMarked
package dev.holdfast.repository.archive;

import org.jspecify.annotations.NullMarked;
