package dev.holdfast.cli.cluster;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.monitor.MonitorNews;
import dev.holdfast.ha.wire.Event;
import dev.holdfast.ha.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** News for the log, and what happened to clusters for the operator's hooks too. */
final class HookedNews implements MonitorNews, AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final MonitorNews log;
  private final List<HookLine> lines = new ArrayList<>();

  /** What a hook gets. */
  private record Told(String cluster, Instant at, long epoch, long revision, String text) {}

  /**
   * For these hooks.
   *
   * @param complaints gets a line for each event that a hook was not told
   */
  HookedNews(MonitorNews log, List<EventHook> hooks, Consumer<String> complaints) {
    this.log = log;
    hooks.forEach(hook -> lines.add(new HookLine(hook, FIRST_PAUSE, complaints)));
  }

  @Override
  public void happened(String cluster, Event event) {
    log.happened(cluster, event);
    if (!lines.isEmpty()) {
      byte[] json =
          Json.write(new Told(cluster, event.at(), event.epoch(), event.revision(), event.text()));
      lines.forEach(line -> line.tell(cluster, json));
    }
  }

  @Override
  public void troubled(String cluster, HoldfastException error) {
    log.troubled(cluster, error);
  }

  @Override
  public void recovered(String cluster) {
    log.recovered(cluster);
  }

  @Override
  public void said(String text) {
    log.said(text);
  }

  @Override
  public void close() {
    lines.forEach(HookLine::close);
  }
}
