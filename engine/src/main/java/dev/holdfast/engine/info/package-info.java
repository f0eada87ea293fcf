/**
 * The info verb: looks at all stanzas of all repositories, and writes what it found as JSON or text
 * in pgBackRest's forms. A repository or stanza that cannot be read is part of the report, not an
 * error: monitoring reads the rest all the same.
 */
@NullMarked
package dev.holdfast.engine.info;

import org.jspecify.annotations.NullMarked;
