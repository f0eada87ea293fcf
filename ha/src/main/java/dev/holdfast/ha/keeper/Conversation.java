package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Report;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which report was sent when, and what an answer to it is worth: how fresh an order is, and when
 * the lease ends. Used by the keeper's thread alone.
 *
 * <p>A report's number has the keeper's incarnation in its upper half, so that no answer to an
 * earlier keeper of the node is taken for one to this.
 */
final class Conversation {
  private static final int INCARNATION_SHIFT = 32;

  /** Of so many reports, the latest, the time of sending is known. */
  private static final int SENDING_TIMES = 256;

  private final long incarnation;
  private final Lease lease;
  private final long[] sentAt = new long[SENDING_TIMES];
  private long sequence;
  private long answered;
  private long fresh;
  private long monitorHeard = System.nanoTime();
  private @Nullable Report reported;
  private long reportedAt;

  Conversation(long incarnation, Lease lease) {
    this.incarnation = incarnation;
    this.lease = lease;
    this.sequence = incarnation << INCARNATION_SHIFT;
    this.fresh = sequence + 1;
  }

  /** The number of the next report. */
  long next() {
    return sequence + 1;
  }

  /** From now on only answers to reports that are still to be sent are fresh. */
  void askAfresh() {
    fresh = sequence + 1;
  }

  /** The first report whose answer is fresh. */
  long fresh() {
    return fresh;
  }

  /** The newest report that was answered; 0 when that was before this keeper was started. */
  long answered() {
    return answered;
  }

  /** Nanoseconds since the monitor was heard. */
  long monitorSilence() {
    return System.nanoTime() - monitorHeard;
  }

  /** Nanoseconds until the lease ends, of suspended time too; negative when it has. */
  long leaseLeft() {
    return lease.left();
  }

  /** Nanoseconds until the next report is due, whether or not anything has changed. */
  long untilDue(Duration heartbeat) {
    return heartbeat.toNanos() - (System.nanoTime() - reportedAt);
  }

  /** Whether it says what others wait for and were not told. */
  boolean isNews(Report report) {
    Report last = reported;
    return last == null || !essence(report).equals(essence(last));
  }

  private static List<Object> essence(Report report) {
    return List.of(
        report.promised(),
        report.frozen(),
        report.server(),
        report.position().history(),
        report.complete(),
        report.upstream(),
        report.streamAlive(),
        report.applied(),
        report.streaming());
  }

  /** To be called before it is sent: a lease counts from the question. */
  void sends(Report report) {
    sequence = report.sequence();
    reportedAt = System.nanoTime();
    sentAt[(int) (sequence % SENDING_TIMES)] = BootClock.nanos();
    reported = report;
  }

  /** Whether it answers a question that this node has asked. */
  boolean isAnswer(Command.Tell tell) {
    return tell.answers() <= sequence || tell.order() instanceof Order.Leave;
  }

  /**
   * An order that is in force now.
   *
   * @throws dev.holdfast.domain.HoldfastException file-write (64) when the lease that came with it
   *     cannot be written down: the order is heard all the same
   */
  void hears(Command.Tell tell) {
    answered = tell.answers();
    monitorHeard = System.nanoTime();
    boolean ours = tell.answers() >> INCARNATION_SHIFT == incarnation;
    if (tell.lease() > 0 && ours && sequence - tell.answers() < SENDING_TIMES) {
      long asked = sentAt[(int) (tell.answers() % SENDING_TIMES)];
      lease.granted(asked, tell.lease());
    }
  }
}
