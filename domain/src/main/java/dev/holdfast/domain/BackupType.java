package dev.holdfast.domain;

/** What a backup contains. */
public enum BackupType {
  /** Everything. */
  FULL("full", 'F'),
  /** What differs from the last full backup. */
  DIFF("diff", 'D'),
  /** What differs from the last backup of any type. */
  INCR("incr", 'I');

  private final String option;
  private final char letter;

  BackupType(String option, char letter) {
    this.option = option;
    this.letter = letter;
  }

  /** The word in options, manifests and info files. */
  public String option() {
    return option;
  }

  /** The last letter of the backup's label. */
  public char letter() {
    return letter;
  }

  /** Parses the option's word. */
  public static BackupType parse(String text) {
    for (BackupType type : values()) {
      if (type.option.equals(text)) {
        return type;
      }
    }
    throw new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE,
        "'" + text + "' is not a backup type",
        "Use full, diff or incr.");
  }
}
