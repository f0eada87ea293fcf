package dev.holdfast.engine.info;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.archive.ArchiveFinder;
import dev.holdfast.repository.archive.ArchivePath;
import dev.holdfast.repository.info.ArchiveInfo;
import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.ClusterEntry;
import dev.holdfast.repository.manifest.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts together what the repositories say of one stanza. */
final class StanzaAssembly {
  private final InfoRequest request;
  private final String name;
  private final List<StanzaView> views;
  private final InfoReport.Activity restore;
  private final List<InfoReport.KnownCluster> clusters = new ArrayList<>();
  private final List<InfoReport.Archive> archives = new ArrayList<>();

  StanzaAssembly(
      InfoRequest request, String name, List<StanzaView> views, InfoReport.Activity restore) {
    this.request = request;
    this.name = name;
    this.views = views;
    this.restore = restore;
  }

  InfoReport.Stanza assemble() {
    Optional<InfoReport.Cluster> current = current();
    @Nullable StanzaStatus overall = null;
    for (StanzaView view : views) {
      StanzaStatus status = request.full() ? status(view, current) : view.status;
      if (overall == null || status == StanzaStatus.PG_MISMATCH) {
        overall = status;
      } else if (overall != StanzaStatus.PG_MISMATCH && overall != status) {
        overall = StanzaStatus.MIXED;
      }
    }
    return new InfoReport.Stanza(
        name,
        overall == null ? StanzaStatus.MISSING_STANZA_PATH : overall,
        current,
        views.stream().map(StanzaView::state).toList(),
        clusters,
        archives,
        request.full() ? backups() : List.of(),
        restore);
  }

  /** The present cluster, as the first repository that knows it says. */
  private Optional<InfoReport.Cluster> current() {
    for (StanzaView view : views) {
      BackupInfo info = view.backupInfo;
      if (info != null) {
        return Optional.of(cluster(info.history().current()));
      }
    }
    return Optional.empty();
  }

  private static InfoReport.Cluster cluster(ClusterEntry entry) {
    return new InfoReport.Cluster(entry.systemId(), entry.version());
  }

  /** Settles a repository's own status; what it adds to the one of all. */
  private StanzaStatus status(StanzaView view, Optional<InfoReport.Cluster> current) {
    if (view.status == StanzaStatus.OK && view.backupInfo == null) {
      view.status = StanzaStatus.MISSING_STANZA_PATH;
    }
    BackupInfo info = view.backupInfo;
    ArchiveInfo archive = view.archiveInfo;
    boolean mismatch = false;
    if (info != null && archive != null) {
      try {
        addClusters(view.repository.key(), info, archive, view);
        mismatch = !current.equals(Optional.of(cluster(info.history().current())));
      } catch (HoldfastException e) {
        view.fail(e);
      }
    }
    if (view.status == StanzaStatus.OK && info != null && info.backups().isEmpty()) {
      view.status = StanzaStatus.NO_BACKUP;
    }
    return mismatch ? StanzaStatus.PG_MISMATCH : view.status;
  }

  private void addClusters(
      int repositoryKey, BackupInfo info, ArchiveInfo archiveInfo, StanzaView view) {
    ArchiveFinder finder = view.repository.archive(new StanzaName(name));
    int newest = info.history().entries().getLast().id();
    for (ClusterEntry entry : info.history().entries()) {
      clusters.add(new InfoReport.KnownCluster(entry.id(), repositoryKey, cluster(entry)));
      ArchiveId id = archiveInfo.archiveId(entry.id(), entry.version(), entry.systemId());
      List<String> directories = finder.directories(id);
      Optional<String> min = first(finder, id, directories, true);
      Optional<String> max = first(finder, id, directories.reversed(), false);
      if (entry.id() == newest || min.isPresent()) {
        archives.add(new InfoReport.Archive(id.toString(), entry.id(), repositoryKey, min, max));
      }
    }
  }

  /** The first, or last, segment of the first directory that has any. */
  private static Optional<String> first(
      ArchiveFinder finder, ArchiveId id, List<String> directories, boolean oldest) {
    for (String directory : directories) {
      List<ArchivePath> segments =
          finder.segments(id, directory).stream().filter(path -> !path.partial()).toList();
      if (!segments.isEmpty()) {
        ArchivePath segment = oldest ? segments.getFirst() : segments.getLast();
        return Optional.of(segment.segment().toString());
      }
    }
    return Optional.empty();
  }

  /** A backup and where it lies. */
  private record Located(BackupEntry entry, StanzaView view) {}

  private List<InfoReport.Backup> backups() {
    List<Located> located = new ArrayList<>();
    for (StanzaView view : views) {
      BackupInfo info = view.backupInfo;
      if (info != null) {
        info.backups().forEach(entry -> located.add(new Located(entry, view)));
      }
    }
    // Stable, so that equal times keep the order of the repositories.
    located.sort(Comparator.comparingLong(backup -> backup.entry().timestampStop()));
    return located.stream()
        .filter(backup -> request.set().map(backup.entry().label()::equals).orElse(true))
        .filter(backup -> request.type().map(backup.entry().type()::equals).orElse(true))
        .map(backup -> backup(backup.entry(), backup.view()))
        .toList();
  }

  private InfoReport.Backup backup(BackupEntry entry, StanzaView view) {
    Manifest manifest = view.manifest;
    List<BackupLabel> references = entry.references();
    return new InfoReport.Backup(
        entry.label(),
        entry.type(),
        entry.historyId(),
        view.repository.key(),
        Optional.ofNullable(entry.prior()),
        references == null ? List.of() : references,
        text(entry.archiveStart()),
        text(entry.archiveStop()),
        text(entry.lsnStart()),
        text(entry.lsnStop()),
        entry.format(),
        entry.version(),
        BackupDetails.sizes(entry.sizes()),
        entry.timestampStart(),
        entry.timestampStop(),
        Optional.ofNullable(entry.error()),
        entry.annotations(),
        request.set().isPresent() && manifest != null
            ? Optional.of(BackupDetails.of(manifest))
            : Optional.empty());
  }

  private static Optional<String> text(@Nullable Object value) {
    return value == null ? Optional.empty() : Optional.of(value.toString());
  }
}
