/**
 * The agent: a process beside one PostgreSQL cluster that keeps the engine warm.
 *
 * <pre>
 *   PostgreSQL ──archive_command──▶ holdfast-wal (sh) ──▶ spool/.../out/SEGMENT.ok        (pushed ahead)
 *                                        │
 *                                        └─curl──▶ AgentSocket ──▶ WalRequests ──▶ engine ──▶ repositories
 *   pg_wal/archive_status/*.ready ──▶ PushAhead ──────────────────────▲
 *   PostgreSQL ──restore_command──▶ holdfast-wal ──curl──▶ AgentSocket ──▶ WalRequests ──▶ engine
 *   PostgreSQL ◀─where are you?─ WalStreaming ──▶ SinkWorker, one a repository ──▶ TailPush (engine)
 * </pre>
 *
 * <p>Nothing is promised here that the engine does not keep: an acknowledgement is written when the
 * segment is durable in every repository, and the spool is the only thing that requests and work
 * have in common. So the agent may die at any instant; what was in work is asked for again. It
 * holds pgBackRest's archive lock while it pushes or fetches, never longer, so that either program
 * can take over from the other at any time.
 *
 * <p>With {@code archive-stream} it also stores the growing segment: {@code WalStreaming} asks the
 * server how far it is, and the workers read what is new from {@code pg_wal}. They share nothing
 * with the pushing of whole segments, and take no lock.
 *
 * <p>The configuration and the stop files are read again for each request.
 */
@NullMarked
package dev.holdfast.agent;

import org.jspecify.annotations.NullMarked;
