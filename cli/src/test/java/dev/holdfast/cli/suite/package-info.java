/**
 * The proof: suites that drive the program as its users do, on real clusters and beside the real
 * pgBackRest. Every random choice has a seed, which a failure prints and {@code -Dholdfast.seed}
 * sets.
 */
@NullMarked
package dev.holdfast.cli.suite;

import org.jspecify.annotations.NullMarked;
