package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Report;

/**
 * A keeper reports.
 *
 * @param report what it sees
 * @param endpoint where its PostgreSQL is
 */
public record Reporting(Report report, ServerAddress endpoint) {}
