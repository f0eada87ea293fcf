/**
 * Points clients at the primary.
 *
 * <pre>
 *   Rerouting  the recipes, planned and unplanned: who waits, who is cut off, in which order
 *     -> pgbouncer.Pgbouncer   one pooler: its file and its console
 *     -> pgbouncer.ServerProbe which server answers, directly and through the pooler
 * </pre>
 *
 * <p>Nothing here decides who the primary is.
 */
@NullMarked
package dev.holdfast.routing;

import org.jspecify.annotations.NullMarked;
