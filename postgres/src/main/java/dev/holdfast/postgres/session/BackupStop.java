package dev.holdfast.postgres.session;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * That a server has ended a backup.
 *
 * @param lsn how far replay must come for the files to be consistent
 * @param segment the last WAL segment that this needs
 * @param backupLabel the content of the file {@code backup_label}
 * @param tablespaceMap the content of the file {@code tablespace_map}; null without tablespaces
 */
public record BackupStop(
    Lsn lsn, WalSegment segment, String backupLabel, @Nullable String tablespaceMap) {}
