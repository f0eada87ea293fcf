package dev.holdfast.engine.verify;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import java.util.Optional;

/**
 * What to verify.
 *
 * @param stanza the cluster's name
 * @param repository the repository
 * @param set one backup alone, with the WAL that makes it consistent; empty for everything
 * @param workers how many files are read at once, 1 and up (process-max)
 */
public record VerifyRequest(
    StanzaName stanza, Repository repository, Optional<BackupLabel> set, int workers) {}
