/**
 * The verbs of high availability: the monitor itself, and what operators ask it for. A verb looks
 * at the cluster, asks with a token of its own, so that asking again is harmless, and where it
 * waits it tells what happens meanwhile. Nodes are called by their names; the rules know numbers.
 */
@NullMarked
package dev.holdfast.cli.cluster;

import org.jspecify.annotations.NullMarked;
