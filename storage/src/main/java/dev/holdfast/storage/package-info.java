/** The Storage port and its drivers. */
@NullMarked
package dev.holdfast.storage;

import org.jspecify.annotations.NullMarked;
