package dev.holdfast.engine.info;

import dev.holdfast.domain.BackupType;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/** Writes a report as pgBackRest's {@code info}, line by line as scripts and people know it. */
public final class InfoText {
  private static final String BACKUP_RUNNING = "backup/expire running";
  private static final String RESTORE_RUNNING = "restore running";
  private static final String MIXED = "mixed";

  private final InfoReport report;
  private final ZoneId zone;
  private final StringBuilder text = new StringBuilder();

  private InfoText(InfoReport report, ZoneId zone) {
    this.report = report;
    this.zone = zone;
  }

  /**
   * The text, with a line feed at its end.
   *
   * @param zone in which times are shown
   */
  public static String render(InfoReport report, ZoneId zone) {
    if (report.stanzas().isEmpty()) {
      return "No stanzas exist in the repository.\n";
    }
    InfoText info = new InfoText(report, zone);
    for (InfoReport.Stanza stanza : report.stanzas()) {
      if (!info.text.isEmpty()) {
        info.text.append('\n');
      }
      info.stanza(stanza);
    }
    return info.text.toString();
  }

  private void stanza(InfoReport.Stanza stanza) {
    text.append("stanza: ").append(stanza.name()).append("\n    status: ");
    status(stanza);
    runningBackups(stanza);
    if (!report.full()) {
      return;
    }
    if (stanza.status() == StanzaStatus.MIXED
        || stanza.status() == StanzaStatus.PG_MISMATCH
        || stanza.status() == StanzaStatus.OTHER) {
      repositoryStates(stanza);
    }
    if (stanza.status() != StanzaStatus.MISSING_STANZA_PATH) {
      String cipher = cipher(stanza);
      text.append("    cipher: ").append(cipher).append('\n');
      if (cipher.equals(MIXED)) {
        for (InfoReport.RepositoryState repository : stanza.repositories()) {
          text.append("        repo%d: %s\n".formatted(repository.key(), repository.cipher()));
        }
      }
    }
    new InfoClusterText(text, zone, stanza, report.set()).write();
  }

  /** The cipher of all repositories, or that they differ. */
  static String cipher(InfoReport.Stanza stanza) {
    List<String> ciphers =
        stanza.repositories().stream().map(InfoReport.RepositoryState::cipher).distinct().toList();
    return ciphers.size() == 1 ? ciphers.getFirst() : MIXED;
  }

  private void status(InfoReport.Stanza stanza) {
    boolean error =
        stanza.status() != StanzaStatus.OK
            && !(report.full() && stanza.status() == StanzaStatus.MIXED);
    String label = stanza.status() == StanzaStatus.OK ? "ok" : error ? "error" : MIXED;
    String progress = progress(stanza);
    text.append(label);
    if (error && !progress.isEmpty()) {
      text.append(" (%s, %s)".formatted(stanza.status().message(), progress));
    } else if (error) {
      text.append(" (%s)".formatted(stanza.status().message()));
    } else if (!progress.isEmpty()) {
      text.append(" (%s)".formatted(progress));
    }
    text.append('\n');
  }

  private static String progress(InfoReport.Stanza stanza) {
    InfoReport.Activity backup = InfoReport.Activity.NONE;
    for (InfoReport.RepositoryState repository : stanza.repositories()) {
      backup = backup.plus(repository.backup());
    }
    StringBuilder progress = new StringBuilder();
    if (backup.held()) {
      progress.append(BACKUP_RUNNING).append(complete(backup));
    }
    if (stanza.restore().held()) {
      progress
          .append(progress.isEmpty() ? "" : ", ")
          .append(RESTORE_RUNNING)
          .append(complete(stanza.restore()));
    }
    return progress.toString();
  }

  private static String complete(InfoReport.Activity activity) {
    return activity.size() == 0 ? "" : " - " + percent(activity) + " complete";
  }

  private static String percent(InfoReport.Activity activity) {
    double percent = Math.min(100.0, 100.0 * activity.complete() / activity.size());
    return String.format(Locale.ROOT, "%.2f%%", percent);
  }

  private void runningBackups(InfoReport.Stanza stanza) {
    List<InfoReport.RepositoryState> running =
        stanza.repositories().stream()
            .filter(state -> state.backup().held() && state.backup().size() != 0)
            .toList();
    if (running.size() > 1) {
      for (InfoReport.RepositoryState repository : running) {
        text.append(
            "        repo%d backup: %s complete\n"
                .formatted(repository.key(), percent(repository.backup())));
      }
    }
  }

  private void repositoryStates(InfoReport.Stanza stanza) {
    boolean several = stanza.repositories().size() > 1;
    String indent = several ? "               " : "            ";
    for (InfoReport.RepositoryState repository : stanza.repositories()) {
      if (several) {
        text.append("        repo%d: ".formatted(repository.key()));
      }
      switch (repository.status()) {
        case OK -> text.append("ok\n");
        case OTHER -> {
          text.append(several ? "error (other)\n" : "").append(indent);
          text.append(repository.error().replace("\n", "\n" + indent)).append('\n');
        }
        case MISSING_STANZA_PATH,
            NO_BACKUP,
            MISSING_STANZA_DATA,
            MIXED,
            PG_MISMATCH,
            BACKUP_MISSING ->
            text.append("error (%s)\n".formatted(repository.status().message()));
      }
    }
  }

  /** How many of a backup's references have a type, as the summary counts them. */
  static long count(InfoReport.Backup backup, BackupType type) {
    return backup.references().stream().filter(label -> label.type() == type).count();
  }
}
