package dev.holdfast.engine.archive;

import java.time.Instant;

/**
 * A WAL file that PostgreSQL was allowed to remove though no repository has it. No backup before it
 * can be recovered beyond it.
 *
 * @param walFile its name
 * @param at when it was given up
 * @param reason why, a sentence for a person
 */
public record WalGap(String walFile, Instant at, String reason) {}
