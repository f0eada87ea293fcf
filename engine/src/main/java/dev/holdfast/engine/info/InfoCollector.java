package dev.holdfast.engine.info;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.engine.lock.LockContent;
import dev.holdfast.engine.lock.LockKind;
import dev.holdfast.engine.lock.StanzaLocks;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.info.BackupInfo;
import dev.holdfast.repository.info.InfoStore;
import dev.holdfast.storage.StorageEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** info: looks at every stanza of every repository. */
public final class InfoCollector {
  private static final String NO_STANZA = "[invalid]";

  private final InfoRequest request;
  private final StanzaLocks locks;

  /**
   * Looks when {@link #collect} is called.
   *
   * @param locks of this host, which tell what is running
   */
  public InfoCollector(InfoRequest request, StanzaLocks locks) {
    this.request = request;
    this.locks = locks;
  }

  /** A stanza as all repositories see it. */
  private static final class Views {
    final Map<Integer, StanzaView> views = new LinkedHashMap<>();
    InfoReport.Activity restore = InfoReport.Activity.NONE;

    Views(List<Repository> repositories) {
      repositories.forEach(repository -> views.put(repository.key(), new StanzaView(repository)));
    }

    StanzaView of(Repository repository) {
      StanzaView view = views.get(repository.key());
      if (view == null) {
        throw new IllegalArgumentException("repo" + repository.key() + " was not asked for");
      }
      return view;
    }
  }

  /** Looks; what cannot be read is part of the report. */
  public InfoReport collect() {
    Map<String, Views> stanzas = new TreeMap<>();
    Map<Integer, HoldfastException> broken = new LinkedHashMap<>();
    boolean setFound = false;
    for (Repository repository : request.repositories()) {
      try {
        setFound |= look(repository, stanzas);
      } catch (HoldfastException e) {
        broken.put(repository.key(), e);
      }
    }
    if (!broken.isEmpty() && stanzas.isEmpty()) {
      stanzas.put(
          request.stanza().map(StanzaName::text).orElse(NO_STANZA),
          new Views(request.repositories()));
    }
    List<InfoReport.Stanza> report = new ArrayList<>();
    boolean missing = request.set().isPresent() && !setFound;
    stanzas.forEach((name, views) -> {
      broken.forEach((key, error) -> {
        StanzaView view = views.views.get(key);
        if (view != null) {
          view.fail(error);
        }
      });
      if (missing) {
        views.views.values().forEach(InfoCollector::dropBackups);
      }
      report.add(
          new StanzaAssembly(request, name, List.copyOf(views.views.values()), views.restore)
              .assemble());
    });
    return new InfoReport(request.full(), report, request.set());
  }

  private static void dropBackups(StanzaView view) {
    if (view.status == StanzaStatus.OK) {
      view.status = StanzaStatus.BACKUP_MISSING;
      view.backupInfo = null;
    }
  }

  /** Looks at one repository; whether it has the backup that was asked for. */
  private boolean look(Repository repository, Map<String, Views> stanzas) {
    boolean setFound = false;
    List<StanzaName> present = new ArrayList<>();
    for (StorageEntry entry : repository.storage().list(RepositoryLayout.backups())) {
      stanzaName(entry).ifPresent(present::add);
    }
    List<StanzaName> wanted = request.stanza().map(List::of).orElse(present);
    for (StanzaName stanza : wanted) {
      Views views =
          stanzas.computeIfAbsent(stanza.text(), name -> new Views(request.repositories()));
      StanzaView view = views.of(repository);
      if (!present.contains(stanza)) {
        view.status = StanzaStatus.MISSING_STANZA_PATH;
        continue;
      }
      if (request.set().isPresent()) {
        String manifest = RepositoryLayout.manifest(stanza, request.set().get());
        if (repository.storage().info(manifest).isPresent()) {
          view.manifestLabel = request.set().get();
          setFound = true;
        }
      }
      try {
        read(stanza, view);
        if (view.backupInfo != null || !request.full()) {
          view.backup = view.backup.plus(activity(stanza, LockKind.BACKUP, repository.key()));
          views.restore = views.restore.plus(activity(stanza, LockKind.RESTORE, repository.key()));
        }
      } catch (HoldfastException e) {
        view.fail(e);
      }
    }
    return setFound;
  }

  private static Optional<StanzaName> stanzaName(StorageEntry entry) {
    if (!entry.isPath()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new StanzaName(entry.name()));
    } catch (HoldfastException noStanza) {
      return Optional.empty();
    }
  }

  private void read(StanzaName stanza, StanzaView view) {
    if (!request.full()) {
      return;
    }
    InfoStore infos = view.repository.infos(stanza);
    @Nullable BackupInfo info;
    try {
      info = infos.backupInfo();
    } catch (HoldfastException e) {
      switch (e.code()) {
        case FILE_MISSING -> view.status = StanzaStatus.MISSING_STANZA_DATA;
        case CRYPTO ->
            view.fail(
                e,
                "use option --stanza if encryption settings are different for the stanza than the"
                    + " global settings.");
        default -> throw e;
      }
      return;
    }
    view.backupInfo = info;
    view.archiveInfo = infos.archiveInfo();
    if (view.manifestLabel != null) {
      view.manifest = view.repository.manifests(stanza, info).load(view.manifestLabel);
    }
  }

  private InfoReport.Activity activity(StanzaName stanza, LockKind kind, int repositoryKey) {
    StanzaLocks.State state;
    try {
      state = locks.state(stanza, kind, repositoryKey);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_OPEN) {
        // Another user's lock: that somebody is at work shows, how far they are does not.
        return InfoReport.Activity.NONE;
      }
      throw e;
    }
    return switch (state) {
      case StanzaLocks.State.Free() -> InfoReport.Activity.NONE;
      case StanzaLocks.State.Held(Optional<LockContent> content) ->
          content
              .map(LockContent::progress)
              .map(progress ->
                  new InfoReport.Activity(true, progress.bytes(), progress.bytesComplete()))
              .orElse(new InfoReport.Activity(true, 0, 0));
    };
  }
}
