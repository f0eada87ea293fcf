/**
 * Compression of repository files: gz, bz2, lz4 and zst, each as a pair of plain JDK streams.
 *
 * <p>What is written here is what pgBackRest's decompressors read, and the other way round:
 *
 * <ul>
 *   <li><b>gz</b>: one gzip member; in raw mode one zlib stream (its checksum is kept).
 *   <li><b>bz2</b>: one bzip2 stream; raw mode changes nothing.
 *   <li><b>lz4</b>: one LZ4 frame; raw mode leaves the content checksum out. Frames with linked
 *       blocks, which the C library writes by default, are read; independent blocks are written.
 *   <li><b>zst</b>: one Zstandard frame; raw mode changes nothing.
 * </ul>
 *
 * <p>Several frames in a row are read as one file for lz4 and zst. gz and bz2 end with their first
 * member: pgBackRest ignores what follows it, and we refuse it, because bytes that nobody reads are
 * a sign of damage. An empty input is never a valid compressed file.
 *
 * <p>Truncated or damaged input ends in a {@code HoldfastException} with code FORMAT, never in a
 * short read. Errors of the underlying stream pass through unchanged.
 *
 * <p>Native contexts and their buffers are expensive next to a small file, so they are pooled; a
 * stream gives its context back when it is closed, and every stream must be closed.
 */
@NullMarked
package dev.holdfast.codec.compress;

import org.jspecify.annotations.NullMarked;
