package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.replication.ReplicationSession;
import dev.holdfast.postgres.replication.ServerView;
import dev.holdfast.postgres.session.SessionTarget;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server how it is, and does not wait longer than it may: a server that hangs does not
 * hang its keeper. One question is under way at a time; an answer to an earlier one is never taken
 * for one to the present.
 */
final class Question implements AutoCloseable {
  /** A session is replaced now and then: a server that takes no new ones is in trouble. */
  private static final Duration SESSION_AGE = Duration.ofSeconds(5);

  private static final Duration QUERY = Duration.ofSeconds(2);

  private final SessionTarget target;
  private final Map<String, String> environment;
  private @Nullable CompletableFuture<Optional<ServerView>> underway;
  private @Nullable ReplicationSession session;
  private long opened;
  private volatile String answered = "";

  Question(SessionTarget target, Map<String, String> environment) {
    this.target = target;
    this.environment = environment;
  }

  /**
   * Asks.
   *
   * @return empty when there was no answer in time, or none that tells anything
   */
  Optional<ServerView> ask(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    CompletableFuture<Optional<ServerView>> earlier = underway;
    if (earlier != null && await(earlier, deadline).isEmpty() && !earlier.isDone()) {
      return Optional.empty();
    }
    CompletableFuture<Optional<ServerView>> now = new CompletableFuture<>();
    underway = now;
    Thread.ofVirtual()
        .name("question")
        .start(() -> {
          try {
            now.complete(answer());
          } finally {
            // Whatever went wrong: nobody waits for it.
            now.complete(Optional.empty());
          }
        });
    return await(now, deadline);
  }

  private static Optional<ServerView> await(
      CompletableFuture<Optional<ServerView>> answer, long deadline) {
    try {
      return answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a question that was answered by nobody", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** One thread at a time is in here: the next question waits for the answer to this one. */
  private Optional<ServerView> answer() {
    try {
      ReplicationSession open = session;
      if (open == null || System.nanoTime() - opened > SESSION_AGE.toNanos()) {
        drop();
        open = ReplicationSession.open(target, QUERY, environment);
        session = open;
        opened = System.nanoTime();
      }
      ServerView view = open.look();
      answered = "";
      return Optional.of(view);
    } catch (HoldfastException e) {
      answered = String.valueOf(e.getMessage());
      drop();
      return Optional.empty();
    }
  }

  /** Why there was no answer the last time. */
  String problem() {
    return answered;
  }

  /** An idle primary is to be no silent one. */
  void emit() {
    ReplicationSession open = session;
    CompletableFuture<Optional<ServerView>> last = underway;
    if (open != null && last != null && last.isDone()) {
      try {
        open.emit();
      } catch (HoldfastException e) {
        answered = String.valueOf(e.getMessage());
        drop();
      }
    }
  }

  private void drop() {
    ReplicationSession open = session;
    session = null;
    if (open != null) {
      try {
        open.close();
      } catch (HoldfastException e) {
        answered = String.valueOf(e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    CompletableFuture<Optional<ServerView>> last = underway;
    if (last == null || last.isDone()) {
      drop();
    }
  }
}
