package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where recovery ends and what happens then.
 *
 * @param type how the end is named
 * @param target the end itself, in PostgreSQL's own notation; null unless the type needs one
 * @param exclusive whether to stop just before the target rather than just after it
 * @param action what PostgreSQL does when it gets there
 * @param timeline a timeline's number (decimal, or hexadecimal after {@code 0x}), {@code current}
 *     or {@code latest}; null for PostgreSQL's default, which is the latest
 */
public record RecoveryTarget(
    RecoveryType type,
    @Nullable String target,
    boolean exclusive,
    Action action,
    @Nullable String timeline) {

  /** Recovery to the end of the archive. */
  public static final RecoveryTarget END =
      new RecoveryTarget(RecoveryType.DEFAULT, null, false, Action.PAUSE, null);

  /** What PostgreSQL does at the target: the option {@code --target-action}. */
  public enum Action {
    /** Waits for an operator; PostgreSQL's own default, and so never written out. */
    PAUSE,
    /** Ends recovery and takes writes. */
    PROMOTE,
    /** Stops. */
    SHUTDOWN;

    /** Parses the option's word. */
    public static Action parse(String text) {
      for (Action action : values()) {
        if (action.option().equals(text)) {
          return action;
        }
      }
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'" + text + "' is not a target action",
          "Use pause, promote or shutdown.");
    }

    /** The option's word. */
    public String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks that a target is given where it is needed, and only there. */
  public RecoveryTarget {
    if (type.needsTarget() && (target == null || target.isBlank())) {
      throw new HoldfastException(
          ErrorCode.OPTION_REQUIRED,
          "restore of type '" + type.option() + "' requires option: target",
          "Say where recovery ends with --target.");
    }
    if (!type.needsTarget() && target != null) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID,
          "option 'target' not valid without option 'type' in ('lsn', 'name', 'time', 'xid')");
    }
    if (type == RecoveryType.LSN && target != null) {
      Lsn.parse(target);
    }
    if (target != null && target.indexOf('\n') >= 0) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE, "option 'target' must not contain a line feed");
    }
  }

  /** The target as an LSN; only for {@link RecoveryType#LSN}. */
  Lsn lsn() {
    return Lsn.parse(java.util.Objects.requireNonNull(target));
  }

  /** The same, but not recovering at all: what a backup made offline gets by default. */
  RecoveryTarget withoutRecovery() {
    return new RecoveryTarget(RecoveryType.NONE, null, false, Action.PAUSE, null);
  }
}
