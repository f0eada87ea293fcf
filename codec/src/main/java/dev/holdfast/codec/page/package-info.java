/**
 * PostgreSQL's data page checksums, and the check of a relation's segment file while it is read.
 *
 * <p>A page is valid when it is all zeroes or its checksum is right. A page that is neither is read
 * again: when it has changed in between, PostgreSQL was writing it, and recovery will replay it
 * from WAL; only when it has stayed the same is it reported. (Earlier versions of pgBackRest
 * compared the page's LSN with the backup's start instead, which damage to the LSN itself could
 * fool.)
 */
@NullMarked
package dev.holdfast.codec.page;

import org.jspecify.annotations.NullMarked;
