package dev.holdfast.ha.wire;

import dev.holdfast.domain.Timeline;

/**
 * What is in the data directory of a keeper that asks for an identity.
 *
 * @param systemIdentifier the cluster's own, decimal; empty when there is no data
 * @param timeline of its newest WAL, 1 when there is none
 * @param standby whether the server is in recovery, or would be when it is started
 * @param upstream whom a standby streams from, {@code HOST:PORT}; empty when that is not known
 * @param running whether it runs, and is to go on
 */
public record Existing(
    String systemIdentifier, Timeline timeline, boolean standby, String upstream, boolean running) {
  /** No data yet. */
  public static final Existing NOTHING = new Existing("", new Timeline(1), false, "", false);

  /** Whether it takes writes now. */
  public boolean writes() {
    return running && !standby;
  }
}
