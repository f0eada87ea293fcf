/**
 * Sessions on running clusters: SQL as far as backup and check need it.
 *
 * <p>A {@link dev.holdfast.postgres.session.Session} is one connection; {@link
 * dev.holdfast.postgres.session.PgCluster} is a cluster with its session and its control file;
 * {@link dev.holdfast.postgres.session.ClusterSet} finds out which of the configured clusters is
 * the primary. The driver is loaded with the first connection: that takes longer than anything else
 * a small command does, so a connection may be opened on another thread meanwhile.
 *
 * <p>A {@link dev.holdfast.postgres.session.WireSession} is for the commands of the replication
 * protocol that the driver cannot read: the driver connects, authenticates and encrypts, and its
 * socket is then used without it.
 */
@NullMarked
package dev.holdfast.postgres.session;

import org.jspecify.annotations.NullMarked;
