package dev.holdfast.routing;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.routing.pgbouncer.Pgbouncer;
import dev.holdfast.routing.pgbouncer.ServerAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Points databases of a pooler at the primary, and proves that their clients get there.
 *
 * <p>Who calls it has seen to it that the former primary takes no writes: fencing comes first,
 * always. Whatever happens in between, nobody is left waiting: the databases are resumed in the
 * end. To run it again is always allowed, and finishes what was cut off.
 */
public final class Rerouting {
  /** PgBouncer waits up to 15 s (its {@code server_login_retry}) after a login that failed. */
  private static final Duration PROOF = Duration.ofSeconds(20);

  private static final Duration BETWEEN_PROOFS = Duration.ofMillis(50);

  private final Pgbouncer pooler;
  private final Set<String> databases;
  private final ServerAddress primary;
  private final Consumer<String> news;

  /**
   * Prepares one.
   *
   * @param databases lines of the pooler's configuration
   * @param news told each step, as a sentence
   */
  public Rerouting(
      Pgbouncer pooler, Set<String> databases, ServerAddress primary, Consumer<String> news) {
    this.pooler = pooler;
    this.databases = Set.copyOf(databases);
    this.primary = primary;
    this.news = news;
  }

  /**
   * After the former primary is gone: cuts everybody off, since what is under way there waits for
   * nothing, or for ever. Where clients get to the primary already, nobody is disturbed.
   *
   * @param force whether clients are cut off even then, because some may still hang where they were
   * @throws HoldfastException db-mismatch (58) when the new primary is none; nothing was changed
   */
  public void unplanned(boolean force) {
    ServerAnswer expected = expected();
    if (!force && isDone(expected)) {
      news.accept(
          "PgBouncer's databases " + names() + " are at " + primary + " already, and can write");
      return;
    }
    repoint();
    try {
      pooler.kill(databases);
    } finally {
      pooler.resume(databases);
    }
    news.accept("clients were disconnected from the former server and can connect again");
    prove(expected);
  }

  /**
   * With a former primary in good health: clients wait and get no error.
   *
   * @param drain how long transactions under way may take to end
   * @param change makes the new primary, with nobody connected; afterwards it takes writes
   * @throws HoldfastException lock-acquire (50) when transactions do not end in time; nothing was
   *     changed, and clients go on where they were
   */
  public void planned(Duration drain, Runnable change) {
    ServerAnswer expected;
    try {
      pooler.pause(databases, drain);
      news.accept("clients wait");
      change.run();
      expected = expected();
      repoint();
    } finally {
      pooler.resume(databases);
    }
    news.accept("clients go on");
    prove(expected);
  }

  private boolean isDone(ServerAnswer expected) {
    return pooler.databases().stream()
            .filter(database -> databases.contains(database.name()))
            .allMatch(database -> database.server().equals(Optional.of(primary)))
        && databases.stream().allMatch(database -> answers(database, expected));
  }

  private boolean answers(String database, ServerAnswer expected) {
    try {
      ServerAnswer answer = pooler.askThrough(database);
      return answer.isSameServer(expected) && answer.writable();
    } catch (HoldfastException e) {
      // Whatever it is, it is not done.
      return false;
    }
  }

  private String names() {
    return String.join(", ", databases.stream().sorted().toList());
  }

  private ServerAnswer expected() {
    ServerAnswer answer = pooler.ask(primary);
    if (!answer.writable()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          primary + " is a standby, or read-only",
          "Promote it first: clients are pointed at a primary only.");
    }
    return answer;
  }

  private void repoint() {
    pooler.repoint(databases, primary);
    pooler.reload();
    news.accept("PgBouncer's databases " + names() + " are at " + primary);
  }

  /**
   * Asks through the pooler until the right server answers.
   *
   * @throws HoldfastException what the last attempt failed with, or db-mismatch (58)
   */
  private void prove(ServerAnswer expected) {
    for (String database : databases.stream().sorted().toList()) {
      prove(database, expected);
    }
    news.accept("a transaction through PgBouncer can write at " + primary);
  }

  private void prove(String database, ServerAnswer expected) {
    long deadline = System.nanoTime() + PROOF.toNanos();
    while (true) {
      HoldfastException failure;
      try {
        ServerAnswer answer = pooler.askThrough(database);
        if (answer.isSameServer(expected) && answer.writable()) {
          return;
        }
        failure =
            new HoldfastException(
                ErrorCode.DB_MISMATCH,
                "another server than "
                    + primary
                    + " answers through PgBouncer in '"
                    + database
                    + "'",
                "Does a line of its configuration that was not changed point there?");
      } catch (HoldfastException e) {
        failure = e;
      }
      if (System.nanoTime() - deadline > 0) {
        throw failure;
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_PROOFS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "terminated on signal", e);
    }
  }
}
