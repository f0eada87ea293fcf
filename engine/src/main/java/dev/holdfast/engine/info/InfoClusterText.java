package dev.holdfast.engine.info;

import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.ByteCount;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The part of a stanza's text that is about its clusters: prior ones first, the present one last,
 * each with the same cluster's WAL and backups of all repositories.
 */
final class InfoClusterText {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final String INDENT = "            ";
  private static final int MINUTES_PER_HOUR = 60;

  private final StringBuilder text;
  private final ZoneId zone;
  private final InfoReport.Stanza stanza;
  private final Optional<BackupLabel> set;

  InfoClusterText(
      StringBuilder text, ZoneId zone, InfoReport.Stanza stanza, Optional<BackupLabel> set) {
    this.text = text;
    this.zone = zone;
    this.stanza = stanza;
    this.set = set;
  }

  /** All that is about one cluster. */
  private static final class Group {
    private String min = "";
    private String max = "";
    private final List<InfoReport.Backup> backups = new ArrayList<>();
  }

  void write() {
    Map<InfoReport.Cluster, Group> groups = groups();
    Optional<InfoReport.Cluster> only =
        set.isEmpty()
            ? Optional.empty()
            : groups.entrySet().stream()
                .filter(entry -> !entry.getValue().backups.isEmpty())
                .map(Map.Entry::getKey)
                .findFirst();
    StringBuilder current = new StringBuilder();
    groups.forEach((cluster, group) -> {
      if (only.isPresent() && !only.get().equals(cluster)) {
        return;
      }
      if (stanza.current().isPresent() && stanza.current().get().equals(cluster)) {
        current.append("\n    db (current)");
        group(current, cluster, group);
      } else if (!group.min.isEmpty() || !group.backups.isEmpty()) {
        text.append("\n    db (prior)");
        group(text, cluster, group);
      }
    });
    text.append(current);
  }

  private Map<InfoReport.Cluster, Group> groups() {
    Map<InfoReport.Cluster, Group> groups = new LinkedHashMap<>();
    for (InfoReport.KnownCluster known : stanza.clusters()) {
      Group group = groups.computeIfAbsent(known.cluster(), cluster -> new Group());
      for (InfoReport.Archive archive : stanza.archives()) {
        if (archive.clusterId() == known.id()
            && archive.repositoryKey() == known.repositoryKey()
            && archive.min().isPresent()) {
          widen(group, archive.min().get(), archive.max().orElse(archive.min().get()));
        }
      }
    }
    for (InfoReport.Backup backup : stanza.backups()) {
      for (InfoReport.KnownCluster known : stanza.clusters()) {
        if (backup.clusterId() == known.id() && backup.repositoryKey() == known.repositoryKey()) {
          Group group = groups.get(known.cluster());
          if (group != null) {
            group.backups.add(backup);
          }
          break;
        }
      }
    }
    return groups;
  }

  private static void widen(Group group, String min, String max) {
    if (group.min.isEmpty() || group.min.compareTo(min) > 0) {
      group.min = min;
    }
    if (group.max.compareTo(max) < 0) {
      group.max = max;
    }
  }

  private void group(StringBuilder out, InfoReport.Cluster cluster, Group group) {
    out.append("\n        wal archive min/max (").append(cluster.version()).append("): ");
    out.append(group.min.isEmpty() ? "none present" : group.min + "/" + group.max).append('\n');
    for (InfoReport.Backup backup : group.backups) {
      backup(out, backup);
    }
  }

  private void backup(StringBuilder out, InfoReport.Backup backup) {
    out.append("\n        %s backup: %s\n".formatted(backup.type().option(), backup.label()));
    line(
        out,
        "timestamp start/stop: %s / %s",
        time(backup.timestampStart()),
        time(backup.timestampStop()));
    if (backup.walStart().isPresent() && backup.walStop().isPresent()) {
      line(out, "wal start/stop: %s / %s", backup.walStart().get(), backup.walStop().get());
    } else {
      line(out, "wal start/stop: n/a");
    }
    if (set.isPresent() && backup.lsnStart().isPresent() && backup.lsnStop().isPresent()) {
      line(out, "lsn start/stop: %s / %s", backup.lsnStart().get(), backup.lsnStop().get());
    }
    sizes(out, backup);
    references(out, backup);
    backup.details().ifPresent(details -> details(out, details));
    errors(out, backup);
    if (set.isPresent() && !backup.annotations().isEmpty()) {
      line(out, "annotation(s)");
      new TreeMap<>(backup.annotations())
          .forEach((key, value) -> line(out, "    %s: %s", key, value));
    }
  }

  private static void line(StringBuilder out, String form, Object... values) {
    out.append(INDENT).append(form.formatted(values)).append('\n');
  }

  private static void sizes(StringBuilder out, InfoReport.Backup backup) {
    InfoReport.Sizes sizes = backup.sizes();
    line(
        out,
        "database size: %s, database backup size: %s",
        new ByteCount(sizes.database()),
        new ByteCount(sizes.databaseDelta()));
    String set =
        sizes.repository().isPresent()
            ? "backup set size: " + new ByteCount(sizes.repository().getAsLong()) + ", "
            : "";
    line(
        out,
        "repo%d: %sbackup size: %s",
        backup.repositoryKey(),
        set,
        new ByteCount(sizes.repositoryDelta()));
  }

  private void references(StringBuilder out, InfoReport.Backup backup) {
    if (backup.references().isEmpty()) {
      return;
    }
    if (set.isPresent()) {
      line(
          out,
          "backup reference list: %s",
          backup.references().stream().map(BackupLabel::text).collect(Collectors.joining(", ")));
      return;
    }
    long diff = InfoText.count(backup, BackupType.DIFF);
    long incr = InfoText.count(backup, BackupType.INCR);
    line(
        out,
        "backup reference total: %d full%s%s",
        InfoText.count(backup, BackupType.FULL),
        diff > 0 ? ", " + diff + " diff" : "",
        incr > 0 ? ", " + incr + " incr" : "");
  }

  private static void details(StringBuilder out, InfoReport.Details details) {
    String databases =
        details.databases().stream()
            .map(database -> " " + database.name() + " (" + database.oid() + ")")
            .collect(Collectors.joining(","));
    line(out, "database list:%s", databases.isEmpty() ? " none" : databases);
    if (!details.links().isEmpty()) {
      line(out, "symlinks:");
      for (InfoReport.Link link : details.links()) {
        line(out, "    %s => %s", link.name(), link.destination());
      }
    }
    if (!details.tablespaces().isEmpty()) {
      line(out, "tablespaces:");
      for (InfoReport.Tablespace space : details.tablespaces()) {
        line(out, "    %s (%d) => %s", space.name(), space.oid(), space.destination());
      }
    }
  }

  private static void errors(StringBuilder out, InfoReport.Backup backup) {
    List<String> files = backup.details().map(InfoReport.Details::pageErrors).orElse(List.of());
    if (!files.isEmpty()) {
      line(out, "error list: %s", String.join(", ", files));
    } else if (backup.error().orElse(false)) {
      line(out, "error(s) detected during backup");
    }
  }

  /** Local time with its offset in hours, and minutes only where there are any. */
  private String time(long epochSeconds) {
    ZonedDateTime time = Instant.ofEpochSecond(epochSeconds).atZone(zone);
    ZoneOffset offset = time.getOffset();
    int minutes = Math.abs(offset.getTotalSeconds()) / MINUTES_PER_HOUR;
    String shown =
        "%s%02d".formatted(offset.getTotalSeconds() < 0 ? "-" : "+", minutes / MINUTES_PER_HOUR);
    if (minutes % MINUTES_PER_HOUR != 0) {
      shown += ":%02d".formatted(minutes % MINUTES_PER_HOUR);
    }
    return TIME.format(time) + shown;
  }
}
