package dev.holdfast.cli.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * A client on a node's own host, which no network is between: it commits a row at a time, whatever
 * the node is, and remembers what was acknowledged.
 */
final class LocalClient implements AutoCloseable {
  private final ClusterSite.Node node;
  private final long first;
  private final Thread thread;
  private final List<Long> rows = new ArrayList<>();
  private volatile boolean ended;

  /**
   * Writes from now on into {@code written (id bigint)}.
   *
   * @param first of its rows' numbers, which nobody else uses
   */
  LocalClient(ClusterSite.Node node, long first) {
    this.node = node;
    this.first = first;
    this.thread = Thread.ofPlatform().daemon().name("local").start(this::write);
  }

  private void write() {
    for (long id = first; !ended; id++) {
      try {
        node.sql("insert into written values (" + id + ")");
        acknowledged(id);
      } catch (RuntimeException e) {
        // It is no primary, it has stopped, or it waited for a confirmation until it stopped.
      }
    }
  }

  private synchronized void acknowledged(long id) {
    rows.add(id);
  }

  /** What was acknowledged until now. */
  synchronized List<Long> rows() {
    return List.copyOf(rows);
  }

  /** Writes no more. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
