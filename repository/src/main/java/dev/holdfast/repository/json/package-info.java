/**
 * The dialect of JSON in info files, manifests and lock files: no white space between tokens,
 * objects' keys in byte order, integers of up to 64 bits only, and escapes for the quote, the
 * backslash and {@code \b \f \n \r \t} only, every other byte standing for itself.
 *
 * <p>Written by hand rather than with a library: loading one would take longer than all of {@code
 * archive-push}, and a manifest has a million values.
 */
@NullMarked
package dev.holdfast.repository.json;

import org.jspecify.annotations.NullMarked;
