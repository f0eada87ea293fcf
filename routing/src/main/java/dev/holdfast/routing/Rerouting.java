package dev.holdfast.routing;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.file.DirectoryLock;
import dev.holdfast.routing.pgbouncer.Pgbouncer;
import dev.holdfast.routing.pgbouncer.ServerAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Points databases of a pooler at the primary, and proves that their clients get there.
 *
 * <p>Who calls it has seen to it that the former primary takes no writes: fencing comes first,
 * always. Whatever happens in between, nobody is left waiting: the databases are resumed in the
 * end. To run it again is always allowed, and finishes what was cut off; two at once wait for each
 * other.
 */
public final class Rerouting {
  /** PgBouncer waits up to 15 s (its {@code server_login_retry}) after a login that failed. */
  private static final Duration PROOF = Duration.ofSeconds(20);

  private static final Duration BETWEEN_PROOFS = Duration.ofMillis(50);

  private final Pgbouncer pooler;
  private final Set<String> databases;
  private final Consumer<String> news;

  /**
   * Prepares one.
   *
   * @param databases lines of the pooler's configuration
   * @param news told each step, as a sentence
   */
  public Rerouting(Pgbouncer pooler, Set<String> databases, Consumer<String> news) {
    this.pooler = pooler;
    this.databases = Set.copyOf(databases);
    this.news = news;
  }

  /**
   * After the former primary is gone: cuts everybody off, since what is under way there waits for
   * nothing, or for ever. Where clients get to the primary already, nobody is disturbed.
   *
   * @param primary takes writes
   * @param force whether clients are cut off even then, because some may still hang where they were
   * @throws HoldfastException db-mismatch (58) when the new primary is none; nothing was changed
   */
  public void unplanned(ServerAddress primary, boolean force) {
    try (DirectoryLock alone = pooler.hold()) {
      cutOver(primary, force);
    }
  }

  private void cutOver(ServerAddress primary, boolean force) {
    ServerAnswer expected = expected(primary);
    if (!force && isDone(primary, expected)) {
      news.accept(
          "PgBouncer's databases " + names() + " are at " + primary + " already, and can write");
      return;
    }
    repoint(primary);
    try {
      pooler.kill(databases);
    } finally {
      pooler.resume(databases);
    }
    news.accept("clients were disconnected from the former server and can connect again");
    prove(primary, expected);
  }

  /**
   * With a former primary in good health: clients wait and get no error.
   *
   * @param drain how long transactions under way may take to end
   * @param change makes a new primary, with nobody connected, and says which; it takes writes then
   * @throws HoldfastException lock-acquire (50) when transactions do not end in time; nothing was
   *     changed, and clients go on where they were
   */
  public void planned(Duration drain, Supplier<ServerAddress> change) {
    try (DirectoryLock alone = pooler.hold()) {
      handOver(drain, change);
    }
  }

  private void handOver(Duration drain, Supplier<ServerAddress> change) {
    ServerAddress primary;
    ServerAnswer expected;
    try {
      pooler.pause(databases, drain);
      news.accept("clients wait");
      primary = change.get();
      expected = expected(primary);
      repoint(primary);
    } finally {
      pooler.resume(databases);
    }
    news.accept("clients go on");
    prove(primary, expected);
  }

  /** Whether clients of all the databases get to a server that takes writes. */
  private boolean isDone(ServerAddress primary, ServerAnswer expected) {
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

  private ServerAnswer expected(ServerAddress primary) {
    ServerAnswer answer = pooler.ask(primary);
    if (!answer.writable()) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          primary + " is a standby, or read-only",
          "Promote it first: clients are pointed at a primary only.");
    }
    return answer;
  }

  private void repoint(ServerAddress primary) {
    pooler.repoint(databases, primary);
    pooler.reload();
    news.accept("PgBouncer's databases " + names() + " are at " + primary);
  }

  /**
   * Asks through the pooler until the right server answers.
   *
   * @throws HoldfastException what the last attempt failed with, or db-mismatch (58)
   */
  private void prove(ServerAddress primary, ServerAnswer expected) {
    for (String database : databases.stream().sorted().toList()) {
      prove(database, primary, expected);
    }
    news.accept("a transaction through PgBouncer can write at " + primary);
  }

  private void prove(String database, ServerAddress primary, ServerAnswer expected) {
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
