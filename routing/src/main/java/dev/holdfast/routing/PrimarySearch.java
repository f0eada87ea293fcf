package dev.holdfast.routing;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.routing.pgbouncer.ServerAnswer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Asks servers, all at once, which of them takes writes. */
public final class PrimarySearch {
  private final Map<ServerAddress, String> said = new LinkedHashMap<>();
  private final Map<ServerAddress, ServerAnswer> answers = new LinkedHashMap<>();

  /**
   * Asks, and waits until each has answered or failed.
   *
   * @param ask asks one; its {@link HoldfastException} is what is said of that server
   */
  public PrimarySearch(
      Collection<ServerAddress> servers, Function<ServerAddress, ServerAnswer> ask) {
    Map<ServerAddress, Future<ServerAnswer>> asked = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      servers.forEach(server -> asked.put(server, threads.submit(() -> ask.apply(server))));
    }
    asked.forEach(this::keep);
  }

  private void keep(ServerAddress server, Future<ServerAnswer> future) {
    try {
      ServerAnswer answer = future.get();
      answers.put(server, answer);
      said.put(server, answer.writable() ? "takes writes" : "is a standby, or read-only");
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof HoldfastException failure)) {
        throw new IllegalStateException("asking " + server + " failed", e.getCause());
      }
      said.put(server, "does not answer: " + failure.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "terminated on signal", e);
    }
  }

  /** A sentence for each server, in the order in which they were named. */
  public List<String> findings() {
    return said.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue()).toList();
  }

  /** Those that take writes, the same server under several addresses once. */
  private List<ServerAddress> writable() {
    Map<ServerAddress, ServerAnswer> found = new LinkedHashMap<>();
    answers.forEach((server, answer) -> {
      if (answer.writable() && found.values().stream().noneMatch(answer::isSameServer)) {
        found.put(server, answer);
      }
    });
    return List.copyOf(found.keySet());
  }

  /**
   * The one that takes writes.
   *
   * @throws HoldfastException db-missing (80) when there is none, db-mismatch (58) when there are
   *     several
   */
  public ServerAddress primary() {
    List<ServerAddress> found = writable();
    if (found.isEmpty()) {
      throw new HoldfastException(
          ErrorCode.DB_MISSING,
          "no server takes writes: " + String.join("; ", findings()),
          "Promote a standby first.");
    }
    if (found.size() > 1) {
      throw new HoldfastException(
          ErrorCode.DB_MISMATCH,
          "more than one server takes writes: " + String.join("; ", findings()),
          "Stop the one that must not: what clients write there is lost for the other.");
    }
    return found.getFirst();
  }
}
