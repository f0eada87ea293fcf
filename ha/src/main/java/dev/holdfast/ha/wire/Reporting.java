package dev.holdfast.ha.wire;

import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.Report;

/**
 * A keeper reports.
 *
 * @param report what it sees
 * @param endpoint where its PostgreSQL is
 * @param systemIdentifier the cluster's own, decimal; empty when there is no data
 */
public record Reporting(Report report, ServerAddress endpoint, String systemIdentifier) {}
