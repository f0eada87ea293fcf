package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.ha.wire.Event;
import dev.holdfast.ha.wire.Json;
import java.util.List;

/** What happened to a cluster. */
final class EventsVerb implements Verb {
  private static final int MOST = 1000;

  @Override
  public String name() {
    return "events";
  }

  @Override
  public int run(VerbContext context) {
    try (OperatorSession session = OperatorSession.of(context)) {
      List<Event> events = session.client().events(MOST);
      if (context.options().string("output").equals("json")) {
        session.say(Json.pretty(events));
        return 0;
      }
      EventLines lines = new EventLines(session.view(), context.clock().getZone());
      events.forEach(event -> session.say(lines.line(event)));
      return 0;
    }
  }
}
