/**
 * Streams that look at what passes through them: SHA-1 and length, which the manifest and the names
 * of WAL segments are made of.
 */
@NullMarked
package dev.holdfast.codec.digest;

import org.jspecify.annotations.NullMarked;
