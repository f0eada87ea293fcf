/** Values of the field: LSN, WAL segment, timeline, label, retention; errors. No I/O. */
@NullMarked
package dev.holdfast.domain;

import org.jspecify.annotations.NullMarked;
