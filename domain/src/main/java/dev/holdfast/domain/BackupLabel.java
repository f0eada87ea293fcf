package dev.holdfast.domain;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/**
 * A backup's name: {@code YYYYMMDD-HHMMSSF} for a full backup, and for the others the full backup's
 * label, an underscore, and their own time with {@code D} or {@code I}. Times are local, as
 * pgBackRest's are.
 *
 * <p>Ordered as text, which is how the repository orders them.
 */
public record BackupLabel(String text) implements Comparable<BackupLabel> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final Pattern FORM = Pattern.compile("\\d{8}-\\d{6}F(_\\d{8}-\\d{6}[DI])?");

  /** Checks the form. */
  public BackupLabel {
    if (!isLabel(text)) {
      throw new HoldfastException(
          ErrorCode.FORMAT,
          "'" + text + "' is not a backup label",
          "A label looks like 20261121-043355F or 20261121-043355F_20261122-043355I.");
    }
  }

  /** Whether the text has the form of a label. */
  public static boolean isLabel(String text) {
    return FORM.matcher(text).matches();
  }

  /** The label of a full backup that starts at this local time. */
  public static BackupLabel full(LocalDateTime time) {
    return new BackupLabel(TIME.format(time) + "F");
  }

  /** The label of a diff or incr on the chain of {@code full} that starts at this local time. */
  public static BackupLabel dependent(BackupLabel full, BackupType type, LocalDateTime time) {
    return new BackupLabel(full.full().text + "_" + TIME.format(time) + type.letter());
  }

  /** The type, from the last letter. */
  public BackupType type() {
    return switch (text.charAt(text.length() - 1)) {
      case 'F' -> BackupType.FULL;
      case 'D' -> BackupType.DIFF;
      default -> BackupType.INCR;
    };
  }

  /** The full backup that this one's chain begins with; itself when it is full. */
  public BackupLabel full() {
    return text.length() == 16 ? this : new BackupLabel(text.substring(0, 16));
  }

  /** The backup's own time, {@code YYYYMMDD-HHMMSS}: of the dependent part where there is one. */
  public String time() {
    return text.length() == 16 ? text.substring(0, 15) : text.substring(17, 32);
  }

  /** The year of the backup's own time, under which its history is filed. */
  public String year() {
    return time().substring(0, 4);
  }

  @Override
  public int compareTo(BackupLabel other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
