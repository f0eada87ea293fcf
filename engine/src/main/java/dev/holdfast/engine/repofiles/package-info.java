/**
 * The files of a repository as they lie there: listing them and reading one, for people and scripts
 * that look into a repository without knowing where it is or how it is encrypted.
 */
@NullMarked
package dev.holdfast.engine.repofiles;

import org.jspecify.annotations.NullMarked;
