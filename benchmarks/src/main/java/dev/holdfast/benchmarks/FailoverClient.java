package dev.holdfast.benchmarks;

import dev.holdfast.testkit.CommittingClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A {@link CommittingClient} that a script commands. Commands come on standard input, one a line,
 * and each is answered with a line:
 *
 * <ul>
 *   <li>{@code mark}: forget the pauses so far; answered with {@code ok}.
 *   <li>{@code pause}: the longest time without an acknowledged row since the mark, in
 *       milliseconds, the present one included.
 *   <li>{@code go N}: wait until N more rows are acknowledged, two minutes at most; {@code ok} or
 *       {@code late} and the last error.
 *   <li>{@code lost}: stop, and count acknowledged rows that are not there exactly once: {@code 0
 *       of 1234}, or {@code unknown} and why.
 * </ul>
 */
public final class FailoverClient {
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final CommittingClient client;

  private FailoverClient(CommittingClient client) {
    this.client = client;
  }

  /** With the JDBC URL of the cluster. */
  public static void main(String[] arguments) throws IOException {
    FailoverClient commanded = new FailoverClient(new CommittingClient(arguments[0]));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      System.out.println(commanded.answer(line.split(" ", -1)));
    }
  }

  private String answer(String[] words) {
    return switch (words[0]) {
      case "mark" -> {
        client.longestPause();
        yield "ok";
      }
      case "pause" -> Long.toString(client.pauseSoFar().toMillis());
      case "go" ->
          client.advance(Integer.parseInt(words[1]), LONGEST)
              ? "ok"
              : "late " + client.lastError().lines().findFirst().orElse("");
      case "lost" -> lost();
      default -> "unknown command " + words[0];
    };
  }

  private String lost() {
    client.end();
    try {
      return client.missing().size() + " of " + client.count();
    } catch (AssertionError e) {
      return "unknown: " + e.getMessage();
    }
  }
}
