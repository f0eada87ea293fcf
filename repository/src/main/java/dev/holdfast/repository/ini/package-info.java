/**
 * The text of info files and manifests: an INI file whose values are JSON, ending in its own
 * checksum.
 *
 * <p>Lines are {@code [section]}, {@code key=value} or empty; there are no comments, and no white
 * space is trimmed. A value is never an array, so that a line that begins with {@code [} and ends
 * with {@code ]} is a section. A key may contain {@code =}: the first one after which the rest of
 * the line is JSON separates. Sections come in byte order, except that {@code [backrest]} comes
 * twice: first with {@code backrest-format} and {@code backrest-version}, last with {@code
 * backrest-checksum}. {@code [cipher]} holds {@code cipher-pass}, the passphrase of the files that
 * the info file describes.
 *
 * <p>The checksum is the SHA-1 of <code>{"section":{"key":value,...},...}</code> in the file's
 * order with the values' text as it is, leaving out the checksum itself.
 */
@NullMarked
package dev.holdfast.repository.ini;

import org.jspecify.annotations.NullMarked;
