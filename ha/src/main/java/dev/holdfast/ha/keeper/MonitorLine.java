package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.wire.Directive;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.ha.wire.Testifying;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries reports to the monitor and its answers back, on threads of its own, so that a monitor
 * that hangs does not hang the keeper. Only the newest report is worth sending.
 */
final class MonitorLine implements AutoCloseable {
  private static final Duration LONG_POLL = Duration.ofSeconds(20);
  private static final Duration AFTER_FAILURE = Duration.ofMillis(300);

  /** To a monitor that does not know the node, or knows too little of it. */
  private static final Set<ErrorCode> UNKNOWN =
      EnumSet.of(ErrorCode.DB_MISSING, ErrorCode.DB_MISMATCH);

  /** The keeper takes about so long to write an order down. */
  private static final Duration WRITTEN = Duration.ofMillis(5);

  /** A report, and what a monitor is told that cannot do with it. */
  private record Said(Report report, Testifying testifying) {}

  private final MonitorClient client;
  private final ServerAddress endpoint;
  private final Supplier<String> systemIdentifier;
  private final Consumer<Directive> heard;
  private final Consumer<String> log;
  private final AtomicReference<Said> waiting = new AtomicReference<>();
  private final LinkedTransferQueue<Boolean> bell = new LinkedTransferQueue<>();
  private volatile boolean closed;

  /** Why the last exchange failed; null when it did not. */
  private volatile @Nullable ErrorCode trouble;

  MonitorLine(
      MonitorClient client,
      ServerAddress endpoint,
      Supplier<String> systemIdentifier,
      Consumer<Directive> heard,
      Consumer<String> log) {
    this.client = client;
    this.endpoint = endpoint;
    this.systemIdentifier = systemIdentifier;
    this.heard = heard;
    this.log = log;
  }

  /**
   * Begins to carry.
   *
   * @param revision the highest revision that the keeper has accepted an order of
   */
  void start(NodeId node, LongSupplier revision) {
    Thread.ofVirtual().name("reports").start(this::sendReports);
    Thread.ofVirtual().name("orders").start(() -> awaitOrders(node, revision));
  }

  /** Sends this one instead of any that has not been sent. */
  void send(Report report, Testifying testifying) {
    waiting.set(new Said(report, testifying));
    bell.put(true);
  }

  private void sendReports() {
    while (!closed) {
      try {
        bell.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      Said said = waiting.getAndSet(null);
      if (said != null) {
        carry(() -> report(said));
      }
    }
  }

  private void report(Said said) {
    try {
      client.report(said.report(), endpoint, systemIdentifier.get()).ifPresent(heard);
    } catch (HoldfastException e) {
      if (UNKNOWN.contains(e.code())) {
        client.testify(said.testifying());
      }
      throw e;
    }
  }

  private void awaitOrders(NodeId node, LongSupplier revision) {
    AtomicLong last = new AtomicLong(-1);
    Duration pause = WRITTEN;
    while (!closed) {
      AtomicBoolean again = new AtomicBoolean();
      boolean carried =
          carry(() ->
              client
                  .await(node, revision.getAsLong(), LONG_POLL)
                  .ifPresent(told -> {
                    // The keeper has not written it down yet, or cannot.
                    again.set(last.getAndSet(told.tell().revision()) == told.tell().revision());
                    heard.accept(told);
                  }));
      if (!carried) {
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
      } else if (again.get()) {
        // The next order may follow at once, and is not to be heard late for that.
        LockSupport.parkNanos(pause.toNanos());
        pause = pause.compareTo(AFTER_FAILURE) < 0 ? pause.multipliedBy(2) : AFTER_FAILURE;
      } else {
        pause = WRITTEN;
      }
    }
  }

  private boolean carry(Runnable exchange) {
    try {
      exchange.run();
      if (trouble != null) {
        trouble = null;
        log.accept("the monitor answers again");
      }
      return true;
    } catch (HoldfastException e) {
      // A monitor that comes back and refuses us is another trouble than one that is away.
      if (trouble != e.code() && !closed) {
        trouble = e.code();
        log.accept(String.valueOf(e.getMessage()));
      }
      return false;
    } catch (RuntimeException e) {
      log.accept("unexpected, on the line to the monitor: " + e);
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    bell.put(true);
    client.close();
  }
}
