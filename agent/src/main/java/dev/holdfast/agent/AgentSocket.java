package dev.holdfast.agent;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Function;

/**
 * The agent's ear: HTTP on a Unix socket of mode 0600.
 *
 * <ul>
 *   <li>{@code POST /archive-push}, body: the absolute path of a WAL file. 204 when the file is
 *       durable in every repository.
 *   <li>{@code POST /archive-get}, body: the file's name, a line feed, and the absolute path it
 *       goes to. 204 when it is there, 404 when every repository conclusively lacks it.
 *   <li>{@code POST /archive-get-ahead}, body: the name of a segment that was taken from the spool.
 *       204 when those behind it are being fetched, or are there.
 * </ul>
 *
 * <p>Everything else is an error: 503 with {@code ERROR: [code]: message} and hints as text.
 */
final class AgentSocket implements AutoCloseable {
  private static final String OWNER_ONLY = "rw-------";
  private static final String NEW = ".new";

  private final Path path;
  private final WebServer server;

  private AgentSocket(Path path, WebServer server) {
    this.path = path;
    this.server = server;
  }

  /**
   * Listens. The socket gets its name when it is ready and closed to others; one that an agent left
   * that was killed is replaced.
   *
   * @throws HoldfastException service (101)
   */
  static AgentSocket open(Path path, WalRequests requests, Reporter reporter) {
    Path unready = path.resolveSibling(path.getFileName() + NEW);
    try {
      LibraryLogging.onlyWarnings();
      Files.deleteIfExists(unready);
      WebServer server =
          WebServer.builder()
              .bindAddress(UnixDomainSocketAddress.of(unready))
              .shutdownHook(false)
              .routing(routing -> route(routing, requests, reporter))
              .build()
              .start();
      Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString(OWNER_ONLY));
      Files.move(unready, path, StandardCopyOption.ATOMIC_MOVE);
      return new AgentSocket(path, server);
    } catch (IOException | RuntimeException e) {
      throw new HoldfastException(
          ErrorCode.SERVICE,
          "unable to listen on the socket '" + path + "': " + e.getMessage(),
          e,
          "The path of a socket may have 107 bytes at most: is spool-path short enough?");
    }
  }

  private static void route(HttpRouting.Builder routing, WalRequests requests, Reporter reporter) {
    routing
        .post("/archive-push", (in, out) -> answer(in, out, reporter, body -> push(requests, body)))
        .post("/archive-get", (in, out) -> answer(in, out, reporter, body -> get(requests, body)))
        .post(
            "/archive-get-ahead",
            (in, out) -> answer(in, out, reporter, body -> fetchOn(requests, body)));
  }

  private static Status push(WalRequests requests, String body) {
    requests.push(absolute(body));
    return Status.NO_CONTENT_204;
  }

  private static Status get(WalRequests requests, String body) {
    int line = body.indexOf('\n');
    if (line <= 0) {
      throw new HoldfastException(ErrorCode.PARAM_REQUIRED, "path to copy WAL segment required");
    }
    return requests.get(body.substring(0, line), absolute(body.substring(line + 1)))
        ? Status.NO_CONTENT_204
        : Status.NOT_FOUND_404;
  }

  private static Status fetchOn(WalRequests requests, String body) {
    requests.fetchOn(body);
    return Status.NO_CONTENT_204;
  }

  private static Path absolute(String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      // Answered below, like a relative one.
    }
    throw new HoldfastException(ErrorCode.PARAM_INVALID, "'" + text + "' is not an absolute path");
  }

  private static void answer(
      ServerRequest in, ServerResponse out, Reporter reporter, Function<String, Status> request) {
    try {
      out.status(request.apply(in.content().as(String.class))).send();
    } catch (HoldfastException e) {
      String text = "ERROR: " + e.describe();
      reporter.warn(in.path().path() + ": " + e.describe());
      out.status(Status.SERVICE_UNAVAILABLE_503).send(text + "\n");
    }
  }

  /** Stops listening; requests that are being answered are not waited for. */
  @Override
  public void close() {
    server.stop();
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It answers nobody, and the next agent replaces it.
    }
  }
}
