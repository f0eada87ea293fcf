package dev.holdfast.engine.info;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.manifest.Manifest;
import org.jspecify.annotations.Nullable;

/** What one repository says of one stanza, while it is being put together. */
final class StanzaView {
  final Repository repository;
  StanzaStatus status = StanzaStatus.OK;
  String error = "";
  InfoReport.Activity backup = InfoReport.Activity.NONE;
  @Nullable BackupInfo backupInfo;
  @Nullable ArchiveInfo archiveInfo;
  @Nullable Manifest manifest;
  @Nullable BackupLabel manifestLabel;

  StanzaView(Repository repository) {
    this.repository = repository;
  }

  /** Nothing that was read counts, because of this. */
  void fail(HoldfastException e, String... hints) {
    status = StanzaStatus.OTHER;
    StringBuilder text = new StringBuilder("[").append(e.code().typeName()).append("] ");
    text.append(e.getMessage());
    for (String hint : e.hints()) {
      text.append("\nHINT: ").append(hint);
    }
    for (String hint : hints) {
      text.append("\nHINT: ").append(hint);
    }
    error = text.toString();
    backupInfo = null;
    archiveInfo = null;
    manifest = null;
  }

  InfoReport.RepositoryState state() {
    return new InfoReport.RepositoryState(
        repository.key(), repository.cipherType(), status, error, backup);
  }
}
