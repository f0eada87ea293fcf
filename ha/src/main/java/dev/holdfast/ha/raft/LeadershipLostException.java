package dev.holdfast.ha.raft;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * This member does not lead, or does not know whether it does; of a write: whether it is in force
 * only the next leader knows, who may be the same member.
 */
public final class LeadershipLostException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Says what was not done. */
  public LeadershipLostException(String message, @Nullable Throwable cause) {
    super(
        ErrorCode.HOST_CONNECT,
        message,
        cause,
        "Ask again: another monitor leads, or will within seconds if a majority of them runs.");
  }
}
