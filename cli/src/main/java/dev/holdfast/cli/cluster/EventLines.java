package dev.holdfast.cli.cluster;

import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Event;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Events for people, one a line. */
final class EventLines {
  private final NodeNames names;
  private final DateTimeFormatter time;

  EventLines(ClusterView view, ZoneId zone) {
    this.names = new NodeNames(view);
    this.time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(zone);
  }

  /** {@code 2026-11-21 21:40:01.123 epoch 3 node db2 is chosen}. */
  String line(Event event) {
    return time.format(event.at()) + "  epoch " + event.epoch() + "  " + names.in(event.text());
  }
}
