/**
 * Files that are replaced as a whole: configuration, certificates, and what a keeper and a monitor
 * must not forget; and directories that one process has at a time.
 */
@NullMarked
package dev.holdfast.postgres.file;

import org.jspecify.annotations.NullMarked;
