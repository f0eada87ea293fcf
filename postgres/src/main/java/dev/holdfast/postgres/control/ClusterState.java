package dev.holdfast.postgres.control;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/** What a cluster was doing when it last wrote {@code pg_control}; the order is PostgreSQL's. */
public enum ClusterState {
  STARTING_UP,
  SHUT_DOWN,
  SHUT_DOWN_IN_RECOVERY,
  SHUTTING_DOWN,
  IN_CRASH_RECOVERY,
  IN_ARCHIVE_RECOVERY,
  IN_PRODUCTION;

  private static final ClusterState[] BY_NUMBER = values();

  static ClusterState ofNumber(int number) {
    if (number < 0 || number >= BY_NUMBER.length) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "pg_control says cluster state " + number + ", which does not exist");
    }
    return BY_NUMBER[number];
  }

  /** Whether the cluster was stopped in good order, so that its files need no recovery. */
  public boolean isCleanShutdown() {
    return this == SHUT_DOWN || this == SHUT_DOWN_IN_RECOVERY;
  }
}
