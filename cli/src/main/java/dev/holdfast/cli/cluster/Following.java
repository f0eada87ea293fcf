package dev.holdfast.cli.cluster;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.engine.Reporter;
import dev.holdfast.ha.wire.ClusterView;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the PgBouncer of this host at a cluster's primary until a signal ends it. Who leads is the
 * monitor's word, which it gives when the former primary can acknowledge nothing any more.
 */
final class Following {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final OperatorSession session;
  private final HostPooler pooler;
  private final Reporter reporter;

  /** Where clients were proven to get, by this process. */
  private Optional<ServerAddress> proven = Optional.empty();

  private String trouble = "";

  Following(OperatorSession session, HostPooler pooler, Reporter reporter) {
    this.session = session;
    this.pooler = pooler;
    this.reporter = reporter;
  }

  /** Follows; the exit code, once it is interrupted. */
  int run() {
    reporter.info("PgBouncer follows the primary");
    while (!Thread.currentThread().isInterrupted()) {
      Duration pause = BETWEEN_LOOKS;
      try {
        look();
        trouble = "";
      } catch (HoldfastException e) {
        if (e.code() == ErrorCode.TERM) {
          return 0;
        }
        // It goes on: a pooler or a monitor that is restarted comes back.
        say(String.valueOf(e.getMessage()));
        pause = AFTER_FAILURE;
      }
      LockSupport.parkNanos(pause.toNanos());
    }
    return 0;
  }

  private void look() {
    ClusterView view = session.view();
    Optional<ServerAddress> primary =
        ClusterServers.settledPrimary(view).flatMap(node -> ClusterServers.address(view, node));
    if (primary.isEmpty()) {
      return;
    }
    Set<String> databases = pooler.databasesAt(ClusterServers.of(view));
    if (primary.equals(proven) && pooler.areAt(databases, primary.get())) {
      return;
    }
    pooler.rerouting(databases, reporter::info).unplanned(primary.get(), false);
    proven = primary;
  }

  private void say(String text) {
    if (!text.equals(trouble)) {
      reporter.info(text);
    }
    trouble = text;
  }
}
