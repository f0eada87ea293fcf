package dev.holdfast.cli.cluster;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Event;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for what was asked for, and tells what happens meanwhile. */
final class Outcome {
  private static final long LOOK_NANOS = 20_000_000L;
  private static final int MOST_EVENTS = 200;

  private final OperatorSession session;
  private final ClusterView before;
  private final DateTimeFormatter time;
  private final Set<Event> told = new HashSet<>();

  /**
   * Nothing is waited for yet.
   *
   * @param before the cluster as it was when it was asked
   */
  Outcome(OperatorSession session, ClusterView before, ZoneId zone) {
    this.session = session;
    this.before = before;
    this.time = DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(zone);
  }

  /**
   * Waits, {@code ha-timeout} at most.
   *
   * @param wished what was asked for, for the error
   * @param reached whether it is there
   * @param missed whether it will not come any more
   * @return the cluster as it is then
   * @throws HoldfastException service (101) when it does not come
   */
  ClusterView await(String wished, Predicate<ClusterView> reached, Predicate<ClusterView> missed) {
    return await(wished, session.options().duration("ha-timeout"), reached, missed);
  }

  /** As {@link #await(String, Predicate, Predicate)}, for another time at most. */
  ClusterView await(
      String wished,
      Duration limit,
      Predicate<ClusterView> reached,
      Predicate<ClusterView> missed) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        ClusterView now = session.view();
        tell(now);
        if (reached.test(now)) {
          return now;
        }
        if (missed.test(now)) {
          throw new HoldfastException(
              ErrorCode.SERVICE, "it did not come to this: " + wished, "See holdfast events.");
        }
        if (System.nanoTime() - end > 0) {
          throw late(wished, limit, now);
        }
      } catch (HoldfastException e) {
        // A monitor that is restarted in between goes on with what it was asked for.
        if (e.code() != ErrorCode.HOST_CONNECT || System.nanoTime() - end > 0) {
          throw e;
        }
      }
      LockSupport.parkNanos(LOOK_NANOS);
      if (Thread.interrupted()) {
        throw new HoldfastException(
            ErrorCode.TERM, "interrupted; what was asked for goes on: " + wished);
      }
    }
  }

  private void tell(ClusterView now) {
    List<Event> events = session.client().events(MOST_EVENTS);
    NodeNames names = new NodeNames(now);
    for (Event event : events) {
      if (event.revision() > before.revision() && told.add(event)) {
        session.say(time.format(event.at()) + "  " + names.in(event.text()));
      }
    }
  }

  private static HoldfastException late(String wished, Duration limit, ClusterView now) {
    NodeNames names = new NodeNames(now);
    String[] hints =
        now.waiting().stream()
            .map(
                each -> names.in(now.name(each.node()) + ": " + each.reason() + ". " + each.hint()))
            .toArray(String[]::new);
    return new HoldfastException(
        ErrorCode.SERVICE,
        "not within " + limit.toSeconds() + " s: " + wished + "; it goes on",
        hints);
  }
}
