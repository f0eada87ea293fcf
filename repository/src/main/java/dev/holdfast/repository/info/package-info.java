/**
 * The info files of a stanza: which clusters it has been, which backups it has, and the passphrases
 * of what they describe.
 */
@NullMarked
package dev.holdfast.repository.info;

import org.jspecify.annotations.NullMarked;
