package dev.holdfast.postgres.replication;

/**
 * Somebody who streams from a server, as {@code pg_stat_replication} shows it.
 *
 * @param application the {@code application_name} that the other side chose
 * @param pid the WAL sender's process
 * @param streaming whether it has caught up once, so that its confirmations count
 * @param heard changes with every answer that came from the other side
 */
public record WalSender(String application, long pid, boolean streaming, String heard) {}
