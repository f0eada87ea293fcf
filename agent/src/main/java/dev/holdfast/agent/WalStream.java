package dev.holdfast.agent;

import dev.holdfast.engine.archive.WalSink;
import dev.holdfast.postgres.session.SessionTarget;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * How the growing segment is stored ({@code archive-stream}).
 *
 * @param server whose WAL it is
 * @param timeout how long connecting to it and a query may take (db-timeout)
 * @param interval how often it is asked for its position (archive-stream-interval)
 * @param sinks makes what is told of the server's progress, one for each repository at least, each
 *     beginning anew
 */
public record WalStream(
    SessionTarget server, Duration timeout, Duration interval, Supplier<List<WalSink>> sinks) {}
