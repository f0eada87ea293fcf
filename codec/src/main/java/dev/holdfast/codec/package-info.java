/** Streaming filters: compression, cipher, digest, page checksums, block-incremental map. */
@NullMarked
package dev.holdfast.codec;

import org.jspecify.annotations.NullMarked;
