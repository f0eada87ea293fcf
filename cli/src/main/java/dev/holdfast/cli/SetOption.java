package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.Optional;

/** The option {@code --set}: one backup by its label. */
final class SetOption {
  private SetOption() {}

  /**
   * The label, where one was given.
   *
   * @throws HoldfastException option-invalid-value (32) when it cannot be a label
   */
  static Optional<BackupLabel> of(Options options) {
    return options
        .optional("set")
        .map(set ->
            label(set, ErrorCode.OPTION_INVALID_VALUE, "'%s' is not a valid backup label format"));
  }

  /** The label of the set to restore, which is refused like one that does not exist (75). */
  static Optional<BackupLabel> toRestore(Options options, String latest) {
    return options
        .optional("set")
        .filter(set -> !set.equals(latest))
        .map(set -> label(set, ErrorCode.BACKUP_SET_INVALID, "backup set %s is not valid"));
  }

  private static BackupLabel label(String set, ErrorCode code, String message) {
    if (!BackupLabel.isLabel(set)) {
      throw new HoldfastException(
          code, message.formatted(set), "Run info to see the backups there are.");
    }
    return new BackupLabel(set);
  }
}
