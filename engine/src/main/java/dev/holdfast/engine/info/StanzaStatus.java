package dev.holdfast.engine.info;

/** How a stanza is, in one repository or over all; numbers and texts are pgBackRest's. */
public enum StanzaStatus {
  /** There are backups. */
  OK(0, "ok"),
  /** The repository has no directory for it. */
  MISSING_STANZA_PATH(1, "missing stanza path"),
  /** There is no backup. */
  NO_BACKUP(2, "no valid backups"),
  /** There is a directory but no backup.info. */
  MISSING_STANZA_DATA(3, "missing stanza data"),
  /** The repositories differ. */
  MIXED(4, "different across repos"),
  /** The repositories know different clusters as the present one. */
  PG_MISMATCH(5, "database mismatch across repos"),
  /** The backup that was asked for does not exist. */
  BACKUP_MISSING(6, "requested backup not found"),
  /** Something else, with a text of its own. */
  OTHER(99, "other");

  private final int code;
  private final String message;

  StanzaStatus(int code, String message) {
    this.code = code;
    this.message = message;
  }

  /** The number in JSON. */
  public int code() {
    return code;
  }

  /** The text. */
  public String message() {
    return message;
  }
}
