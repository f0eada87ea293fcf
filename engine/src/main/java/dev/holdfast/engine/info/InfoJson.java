package dev.holdfast.engine.info;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.engine.archive.WalGap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a report as pgBackRest's {@code info --output=json}: one line, keys sorted. A stanza whose
 * WAL has open gaps has one key that pgBackRest's has not, {@code wal-gap}.
 */
public final class InfoJson {
  private InfoJson() {}

  /** The text, without a line feed at its end. */
  public static String render(InfoReport report) {
    return render(report, Map.of());
  }

  /**
   * The text, without a line feed at its end.
   *
   * @param gaps by the stanza's name, what this host had to give up of its WAL; no list is empty
   */
  public static String render(InfoReport report, Map<String, List<WalGap>> gaps) {
    List<@Nullable Object> stanzas = new ArrayList<>();
    for (InfoReport.Stanza stanza : report.stanzas()) {
      Map<String, @Nullable Object> json = stanza(stanza, report.full());
      List<WalGap> open = gaps.get(stanza.name());
      if (open != null) {
        json.put("wal-gap", open.stream().map(InfoJson::gap).toList());
      }
      stanzas.add(json);
    }
    return JsonText.of(stanzas);
  }

  private static Map<String, Object> gap(WalGap gap) {
    return Map.of(
        "reason", gap.reason(), "timestamp", gap.at().getEpochSecond(), "wal", gap.walFile());
  }

  private static Map<String, @Nullable Object> stanza(InfoReport.Stanza stanza, boolean full) {
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("name", stanza.name());
    json.put("status", status(stanza));
    if (full) {
      json.put("archive", stanza.archives().stream().map(InfoJson::archive).toList());
      json.put("backup", stanza.backups().stream().map(InfoJson::backup).toList());
      json.put("cipher", InfoText.cipher(stanza));
      json.put("db", stanza.clusters().stream().map(InfoJson::cluster).toList());
      json.put("repo", stanza.repositories().stream().map(InfoJson::repository).toList());
    }
    return json;
  }

  private static Map<String, @Nullable Object> status(InfoReport.Stanza stanza) {
    Map<String, @Nullable Object> backup = new TreeMap<>();
    InfoReport.Activity total = InfoReport.Activity.NONE;
    List<Object> running = new ArrayList<>();
    for (InfoReport.RepositoryState repository : stanza.repositories()) {
      InfoReport.Activity activity = repository.backup();
      total = total.plus(activity);
      if (activity.held() && activity.size() != 0) {
        running.add(
            Map.of(
                "key", repository.key(),
                "size", activity.size(),
                "size-cplt", activity.complete()));
      }
    }
    backup.put("held", total.held());
    if (!running.isEmpty()) {
      backup.put("repo", running);
      backup.put("size", total.size());
      backup.put("size-cplt", total.complete());
    }
    Map<String, @Nullable Object> restore = new TreeMap<>();
    restore.put("held", stanza.restore().held());
    if (stanza.restore().size() != 0) {
      restore.put("size", stanza.restore().size());
      restore.put("size-cplt", stanza.restore().complete());
    }
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("code", stanza.status().code());
    json.put("message", stanza.status().message());
    json.put("lock", Map.of("backup", backup, "restore", restore));
    return json;
  }

  private static Map<String, @Nullable Object> archive(InfoReport.Archive archive) {
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("database", database(archive.clusterId(), archive.repositoryKey()));
    json.put("id", archive.archiveId());
    json.put("max", archive.max().orElse(null));
    json.put("min", archive.min().orElse(null));
    return json;
  }

  private static Map<String, Object> database(int id, int repositoryKey) {
    return Map.of("id", id, "repo-key", repositoryKey);
  }

  private static Map<String, @Nullable Object> cluster(InfoReport.KnownCluster known) {
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("id", known.id());
    json.put("repo-key", known.repositoryKey());
    json.put("system-id", new JsonText.Number(known.cluster().system().toString()));
    json.put("version", known.cluster().version().toString());
    return json;
  }

  private static Map<String, @Nullable Object> repository(InfoReport.RepositoryState state) {
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("cipher", state.cipher());
    json.put("key", state.key());
    json.put(
        "status",
        Map.of(
            "code",
            state.status().code(),
            "message",
            state.status() == StanzaStatus.OTHER ? state.error() : state.status().message()));
    return json;
  }

  private static Map<String, @Nullable Object> backup(InfoReport.Backup backup) {
    Map<String, @Nullable Object> json = new TreeMap<>();
    if (!backup.annotations().isEmpty()) {
      json.put("annotation", backup.annotations());
    }
    json.put("archive", range(backup.walStart().orElse(null), backup.walStop().orElse(null)));
    json.put("backrest", Map.of("format", backup.format(), "version", backup.version()));
    json.put("database", database(backup.clusterId(), backup.repositoryKey()));
    backup.error().ifPresent(error -> json.put("error", error));
    json.put("info", sizes(backup.sizes()));
    json.put("label", backup.label().text());
    if (backup.lsnStart().isPresent() && backup.lsnStop().isPresent()) {
      json.put("lsn", range(backup.lsnStart().get(), backup.lsnStop().get()));
    }
    json.put("prior", backup.prior().map(BackupLabel::text).orElse(null));
    List<String> references = backup.references().stream().map(BackupLabel::text).toList();
    json.put("reference", references.isEmpty() ? null : references);
    json.put("timestamp", range(backup.timestampStart(), backup.timestampStop()));
    json.put("type", backup.type().option());
    backup.details().ifPresent(details -> addDetails(json, details));
    return json;
  }

  private static Map<String, @Nullable Object> range(
      @Nullable Object start, @Nullable Object stop) {
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("start", start);
    json.put("stop", stop);
    return json;
  }

  private static Map<String, @Nullable Object> sizes(InfoReport.Sizes sizes) {
    Map<String, @Nullable Object> repository = new TreeMap<>();
    repository.put("delta", sizes.repositoryDelta());
    if (sizes.repository().isPresent()) {
      repository.put("size", sizes.repository().getAsLong());
    }
    Optional<Long> map = sizes.map();
    if (map.isPresent()) {
      repository.put("size-map", map.get());
      repository.put("delta-map", sizes.mapDelta().orElse(null));
    }
    Map<String, @Nullable Object> json = new TreeMap<>();
    json.put("delta", sizes.databaseDelta());
    json.put("repository", repository);
    json.put("size", sizes.database());
    return json;
  }

  private static void addDetails(Map<String, @Nullable Object> json, InfoReport.Details details) {
    json.put(
        "database-ref",
        details.databases().stream()
            .map(database -> Map.of("name", database.name(), "oid", database.oid()))
            .toList());
    json.put(
        "link",
        orNull(
            details.links().stream()
                .map(link -> Map.of("destination", link.destination(), "name", link.name()))
                .toList()));
    json.put(
        "tablespace",
        orNull(
            details.tablespaces().stream()
                .map(space ->
                    Map.of(
                        "destination",
                        space.destination(),
                        "name",
                        space.name(),
                        "oid",
                        space.oid()))
                .toList()));
    if (!details.pageErrors().isEmpty()) {
      json.put("error-list", details.pageErrors());
      json.put("error", true);
    }
  }

  private static @Nullable Object orNull(List<?> list) {
    return list.isEmpty() ? null : list;
  }
}
