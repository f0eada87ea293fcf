/**
 * The manifest of one backup: what was backed up and where each file lies.
 *
 * <p>Files are held packed, about a hundred bytes each, because a cluster may have a million of
 * them; everything else is plain records. Reading and writing go line by line.
 */
@NullMarked
package dev.holdfast.repository.manifest;

import org.jspecify.annotations.NullMarked;
