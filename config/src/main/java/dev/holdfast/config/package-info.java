/**
 * Options as data: registry, file, environment, command line.
 *
 * <p>What options and verbs there are stands in two text files beside these classes, {@code
 * options.ini} and {@code verbs.ini}; {@link dev.holdfast.config.OptionRegistry} reads them. A load
 * ({@link dev.holdfast.config.ConfigurationLoader}) goes through these steps, each a class:
 *
 * <ol>
 *   <li>{@code CommandLine}: the verb, its parameters, and the options given with it.
 *   <li>{@code Environment}: variables {@code HOLDFAST_*}, then {@code PGBACKREST_*}.
 *   <li>{@code ConfigurationPlaces}: which files are read, and {@code FileSections}: the options in
 *       the sections {@code [stanza:verb]}, {@code [stanza]}, {@code [global:verb]} and {@code
 *       [global]}. What an earlier place has set, a later one does not change.
 *   <li>{@code Resolver}: dependencies between options, values, defaults, what is required.
 *   <li>{@code CrossChecks}: the rules that concern several options.
 * </ol>
 *
 * <p>The result is an immutable {@link dev.holdfast.config.Options}, for one verb. Nothing is kept
 * between loads but the registry, so a daemon reads its files again by loading again.
 *
 * <p>What is wrong on the command line is an error. In a file or the environment it is a warning if
 * it can be (see {@code Complaints}), because {@code archive_command} reads the same file, and must
 * not fail for a misspelt option of another verb. The names, values and rules are pgBackRest's (its
 * {@code src/build/config/config.yaml} and {@code src/config/parse.c}).
 *
 * <p>Loading is on the way of each WAL segment that the daemon cannot take, in a JVM that has just
 * started. So the classes on that way use no streams, lambdas, regular expressions or formatting,
 * whose first use costs more than everything here.
 */
@NullMarked
package dev.holdfast.config;

import org.jspecify.annotations.NullMarked;
