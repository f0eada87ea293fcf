/**
 * Who may work on a stanza, agreed with pgBackRest's processes on the same host.
 *
 * <h2>Lock files</h2>
 *
 * <p>A verb takes {@code <lock-path>/<stanza>-<kind>-<repository>.lock} exclusively for each of its
 * kinds (archive, backup, restore) and repositories, as pgBackRest does since 2.53. Up to 2.52 the
 * name had no repository; that one is taken too, but shared: it keeps the old versions out without
 * keeping two of ours on different repositories from each other. Locks are {@code flock(2)}, so
 * they end with their process, and are held for one task, never for the life of a daemon.
 *
 * <p>A lock file's content is {@code {"execId":"<pid>-<8 hex>","pctCplt":<hundredths of a
 * percent>,"pid":<pid>,"sz":<bytes>,"szCplt":<bytes>}}, of which only execId and pid are always
 * there. It is rewritten in place while a backup or restore goes on, and {@code info} of either
 * program shows it.
 *
 * <h2>Stop files</h2>
 *
 * <p>While {@code <lock-path>/<stanza>.stop} or {@code all.stop} exists, verbs refuse to run.
 *
 * <p>Across hosts none of this protects anything.
 */
@NullMarked
package dev.holdfast.engine.lock;

import org.jspecify.annotations.NullMarked;
