/**
 * Block-incremental files: a file is split into blocks, and a backup stores only the blocks that
 * have changed since the one before it, with a map that says where all the others are.
 *
 * <p><b>What is stored</b>, from the file's offset in its bundle (or in its own {@code .pgbi} file)
 * on: super blocks, one after the other, then the map in the last {@code bim} bytes. A super block
 * is a number of changed blocks, in file order but not necessarily adjacent in the file, that are
 * compressed and encrypted together in raw mode. The map is encrypted in raw mode and not
 * compressed. A file in which nothing changed stores nothing at all.
 *
 * <p><b>The map</b> has an entry for every block of the file, in order: the super block that holds
 * it (which backup's, as an index into the manifest's references; in which bundle; where; how large
 * stored and decoded), its number within the super block, and the first {@code bic} bytes of its
 * XXH3-128 hash in canonical (big-endian) order. As bytes, all numbers being LEB128 varints:
 *
 * <pre>
 * map        = flags(0) reference...
 * reference  = (index &lt;&lt; 3 | bits) ...
 *   first time seen: bit 0 last reference, bit 1 has a bundle id, bit 2 has an offset;
 *                    then [bundle id] [offset] super-block...
 *   seen before, next super block: bit 0 last, bit 2 a gap follows; [gap] super-block...
 *   seen before, same super block goes on: bit 0 last, bit 1 set, bit 2 no other super block
 *                    follows in this reference; blocks [super-block...]
 * super-block = (stored size &lt;&lt; 3 | bits) ...
 *   bit 0 last of the reference, bit 1 its decoded size differs from the reference's one before,
 *   bit 2 it does not give all its blocks; the stored size is the zigzag difference from the one
 *   before it in the map, except in the map's first super block
 *   [decoded size / block size &lt;&lt; 1 | has remainder] [remainder] [blocks] hash...
 * blocks      = (number of blocks - 1 &lt;&lt; 1 | has gap) [gap]
 * </pre>
 *
 * <p>A reference's decoded size starts as one block. A gap of blocks counts from the block after
 * the reference's last one in the same super block. Facts: pgBackRest's {@code blockMap.c}, {@code
 * blockIncr.c} and {@code blockDelta.c}, versions 2.46 and later.
 */
@NullMarked
package dev.holdfast.codec.block;

import org.jspecify.annotations.NullMarked;
