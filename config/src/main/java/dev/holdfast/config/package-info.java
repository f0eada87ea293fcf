/** Options as data: registry, file, environment, command line. */
@NullMarked
package dev.holdfast.config;

import org.jspecify.annotations.NullMarked;
