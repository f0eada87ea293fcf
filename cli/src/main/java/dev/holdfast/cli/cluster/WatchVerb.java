package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows a cluster as it changes, until a signal ends it: on a terminal as one page that is drawn
 * again, elsewhere as one page more whenever something has changed that people would call a change.
 */
final class WatchVerb implements Verb {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final int EVENTS = 10;

  @Override
  public String name() {
    return "watch";
  }

  @Override
  public int run(VerbContext context) {
    try (OperatorSession session = OperatorSession.of(context);
        WatchPage page = WatchPage.on(context.out(), context.surroundings().outTerminal())) {
      DateTimeFormatter time =
          DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(context.clock().getZone());
      ClusterView view = session.view();
      List<Event> events = session.client().events(EVENTS);
      Instant heard = context.clock().instant();
      String trouble = "";
      while (!Thread.currentThread().isInterrupted()) {
        page.show(time.format(heard) + trouble, view, events, context.clock().getZone());
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        try {
          view = session.view();
          events = session.client().events(EVENTS);
          heard = context.clock().instant();
          trouble = "";
        } catch (HoldfastException e) {
          if (e.code() == ErrorCode.TERM) {
            return 0;
          }
          if (e.code() != ErrorCode.HOST_CONNECT) {
            throw e;
          }
          // What was seen last stays on the page, with its time.
          trouble = " (since then: " + e.getMessage() + ")";
        }
      }
      return 0;
    }
  }
}
