package dev.holdfast.ha.monitor;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Event;
import java.util.List;

/** Notes what a monitor says of itself; events are not noted. */
final class NotedNews implements MonitorNews {
  private final List<String> said;

  NotedNews(List<String> said) {
    this.said = said;
  }

  @Override
  public void happened(String cluster, Event event) {}

  @Override
  public void troubled(String cluster, HoldfastException error) {
    said.add("troubled: " + error.code());
  }

  @Override
  public void recovered(String cluster) {
    said.add("recovered");
  }

  @Override
  public void said(String text) {
    said.add(text);
  }
}
