/**
 * The agent: a process beside one PostgreSQL cluster that keeps the engine warm.
 *
 * <pre>
 *   PostgreSQL ──archive_command──▶ holdfast-wal (sh) ──▶ spool/.../out/SEGMENT.ok        (pushed ahead)
 *                                        │
 *                                        └─curl──▶ AgentSocket ──▶ WalRequests ──▶ engine ──▶ repositories
 *   pg_wal/archive_status/*.ready ──▶ PushAhead ──────────────────────▲
 *   PostgreSQL ──restore_command──▶ holdfast-wal ──curl──▶ AgentSocket ──▶ WalRequests ──▶ engine
 * </pre>
 *
 * <p>Nothing is promised here that the engine does not keep: an acknowledgement is written when the
 * segment is durable in every repository, and the spool is the only thing that requests and work
 * have in common. So the agent may die at any instant; what was in work is asked for again. It
 * holds pgBackRest's archive lock while it pushes or fetches, never longer, so that either program
 * can take over from the other at any time.
 *
 * <p>The configuration and the stop files are read again for each request.
 */
@NullMarked
package dev.holdfast.agent;

import org.jspecify.annotations.NullMarked;
