package dev.holdfast.engine.verify;

import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.BackupLabel;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a verification found.
 *
 * @param archives one for each archive id, oldest cluster first
 * @param backups one for each backup, oldest first
 * @param problems what stands in the way of verifying at all, such as an info file that cannot be
 *     read
 */
public record VerifyResult(List<Archive> archives, List<Backup> backups, List<String> problems) {

  /**
   * The WAL of one cluster.
   *
   * @param id its directory
   * @param checked how many segments were looked at
   * @param ranges stretches without a gap, in order
   * @param findings segments that are not what they must be
   */
  public record Archive(ArchiveId id, int checked, List<Range> ranges, List<Finding> findings) {
    /** Copies the lists. */
    public Archive {
      ranges = List.copyOf(ranges);
      findings = List.copyOf(findings);
    }
  }

  /**
   * Segments without a gap.
   *
   * @param start the first one's name
   * @param stop the last one's name
   */
  public record Range(String start, String stop) {}

  /**
   * One backup.
   *
   * @param label its name
   * @param status whether it can be restored
   * @param checked how many files it needs
   * @param findings those of them that are not what they must be
   */
  public record Backup(BackupLabel label, Status status, int checked, List<Finding> findings) {
    /** Copies the list. */
    public Backup {
      findings = List.copyOf(findings);
    }

    /** How many files are what they must be. */
    public int valid() {
      return checked - findings.size();
    }
  }

  /** Whether a backup can be restored. */
  public enum Status {
    /** Every file is what it must be. */
    VALID("valid"),
    /** Some file is not, or its manifest cannot be read. */
    INVALID("invalid"),
    /** It has no manifest: it expired while this ran, or never finished. */
    MANIFEST_MISSING("manifest missing"),
    /** It is being made. */
    IN_PROGRESS("in-progress");

    private final String words;

    Status(String words) {
      this.words = words;
    }

    /** The status in words. */
    public String words() {
      return words;
    }
  }

  /** Copies the lists. */
  public VerifyResult {
    archives = List.copyOf(archives);
    backups = List.copyOf(backups);
    problems = List.copyOf(problems);
  }

  /** Whether nothing is wrong. */
  public boolean isOk() {
    return problems.isEmpty()
        && archives.stream().allMatch(archive -> archive.findings().isEmpty())
        && backups.stream().noneMatch(backup -> backup.status() == Status.INVALID);
  }

  /**
   * The report, in pgBackRest's words.
   *
   * @param verbose with what is valid as well
   */
  public String report(String stanza, boolean verbose) {
    StringBuilder text = new StringBuilder();
    text.append("stanza: ").append(stanza).append("\nstatus: ").append(isOk() ? "ok" : "error");
    problems.forEach(problem -> text.append("\n  ").append(problem));
    if (verbose && archives.isEmpty()) {
      text.append("\n  archiveId: none found");
    }
    for (Archive archive : archives) {
      if (verbose || !archive.findings().isEmpty()) {
        text.append(
            "\n  archiveId: %s, total WAL checked: %d, total valid WAL: %d"
                .formatted(
                    archive.id(),
                    archive.checked(),
                    archive.checked() - archive.findings().size()));
        faults(text, archive.findings(), verbose);
      }
    }
    if (verbose && backups.isEmpty()) {
      text.append("\n  backup: none found");
    }
    for (Backup backup : backups) {
      boolean fine = backup.status() != Status.INVALID;
      if (verbose || !fine) {
        text.append(
            "\n  backup: %s, status: %s, total files checked: %d, total valid files: %d"
                .formatted(
                    backup.label(), backup.status().words(), backup.checked(), backup.valid()));
        if (backup.checked() > 0) {
          faults(text, backup.findings(), verbose);
        }
      }
    }
    return text.toString();
  }

  private static void faults(StringBuilder text, List<Finding> findings, boolean verbose) {
    Map<Finding.Fault, Long> counts =
        findings.stream()
            .collect(
                Collectors.groupingBy(
                    Finding::fault,
                    () -> new EnumMap<>(Finding.Fault.class),
                    Collectors.counting()));
    String line =
        java.util.Arrays.stream(Finding.Fault.values())
            .filter(fault -> verbose || counts.containsKey(fault))
            .map(fault -> fault.words() + ": " + counts.getOrDefault(fault, 0L))
            .collect(Collectors.joining(", "));
    if (!line.isEmpty()) {
      text.append("\n    ").append(line);
    }
    for (Finding finding : findings) {
      text.append("\n    ").append(finding.fault().words()).append(" '").append(finding.file());
      text.append("': ").append(finding.detail());
    }
  }
}
