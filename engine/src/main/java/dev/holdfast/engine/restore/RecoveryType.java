package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How far PostgreSQL recovers after the restore: the option {@code --type}. */
public enum RecoveryType {
  /** To the end of the archive. */
  DEFAULT,
  /** Only until the data is consistent. */
  IMMEDIATE,
  /** To a position in the WAL. */
  LSN,
  /** To a named restore point. */
  NAME,
  /** As the recovery settings already in the data directory say. */
  PRESERVE,
  /** As a standby, without an end. */
  STANDBY,
  /** To a time. */
  TIME,
  /** To a transaction. */
  XID,
  /** No archive recovery: what was copied must be consistent by itself. */
  NONE;

  /** Parses the option's word. */
  public static RecoveryType parse(String text) {
    for (RecoveryType type : values()) {
      if (type.option().equals(text)) {
        return type;
      }
    }
    throw new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE,
        "'" + text + "' is not a recovery type",
        "Use one of "
            + Arrays.stream(values()).map(RecoveryType::option).collect(Collectors.joining(", "))
            + ".");
  }

  /** The option's word, which is also the suffix of PostgreSQL's setting for targets. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether recovery ends at a value that has to be given. */
  public boolean needsTarget() {
    return this == LSN || this == NAME || this == TIME || this == XID;
  }
}
