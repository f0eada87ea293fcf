/**
 * Files that are replaced as a whole: configuration, and what a keeper and a monitor must not
 * forget.
 */
@NullMarked
package dev.holdfast.postgres.file;

import org.jspecify.annotations.NullMarked;
