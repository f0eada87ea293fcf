/**
 * The demonstration, in front of whoever asked for it, in less than a minute: a cluster of its own
 * loses its primary and nothing else; what has survived is backed up, loses a table, and gets it
 * back.
 *
 * <p>It is honest in two ways. Everything is done by the verbs that a user would type, each a
 * process of its own, run as a user who is not root. And everything shown was measured or asked for
 * in this run: the proof compares what the shop held before the accident with what the recovered
 * cluster holds.
 */
@NullMarked
package dev.holdfast.cli.demo;

import org.jspecify.annotations.NullMarked;
