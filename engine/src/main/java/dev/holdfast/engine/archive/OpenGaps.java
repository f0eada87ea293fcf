package dev.holdfast.engine.archive;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.Repository;
import dev.holdfast.repository.info.BackupEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Which gaps in the WAL still matter. Backups before a gap can be recovered up to it and no
 * further; once every repository has a backup that begins after it, the newest one reaches the
 * present again and the record is forgotten. A repository that cannot be read forgets nothing.
 */
public final class OpenGaps {
  private static final int SEGMENT_LENGTH = 24;

  private OpenGaps() {}

  /** Those that still matter; the others are forgotten. */
  public static List<WalGap> of(WalGaps gaps, StanzaName stanza, List<Repository> repositories) {
    List<WalGap> all = gaps.all();
    if (all.isEmpty()) {
      return List.of();
    }
    List<List<WalSegment>> starts =
        repositories.stream().map(each -> starts(each, stanza)).toList();
    List<WalGap> open = new ArrayList<>();
    for (WalGap gap : all) {
      if (starts.stream().allMatch(each -> isBehind(gap, each))) {
        gaps.forget(gap);
      } else {
        open.add(gap);
      }
    }
    return open;
  }

  /** One line about them, for a person. */
  public static String describe(List<WalGap> open) {
    WalGap first = open.getFirst();
    return "%d WAL file(s) are in no repository: %s%s, the first since %s: %s"
        .formatted(
            open.size(),
            first.walFile(),
            open.size() == 1 ? "" : " ... " + open.getLast().walFile(),
            first.at(),
            first.reason());
  }

  private static List<WalSegment> starts(Repository repository, StanzaName stanza) {
    try {
      return repository.infos(stanza).backupInfo().backups().stream()
          .map(BackupEntry::archiveStart)
          .filter(Objects::nonNull)
          .toList();
    } catch (HoldfastException e) {
      return List.of();
    }
  }

  /** A history file is behind a backup of its timeline, or of a later one. */
  private static boolean isBehind(WalGap gap, List<WalSegment> starts) {
    String name = gap.walFile();
    if (name.length() >= SEGMENT_LENGTH && WalSegment.isName(name.substring(0, SEGMENT_LENGTH))) {
      WalSegment lost = WalSegment.parse(name.substring(0, SEGMENT_LENGTH));
      return starts.stream().anyMatch(start -> start.compareTo(lost) > 0);
    }
    return starts.stream().anyMatch(start -> start.toString().compareTo(name) > 0);
  }
}
