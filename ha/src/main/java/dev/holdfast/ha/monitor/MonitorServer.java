package dev.holdfast.ha.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.ha.wire.Asking;
import dev.holdfast.ha.wire.Joining;
import dev.holdfast.ha.wire.Reporting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLParameters;

/** The monitor's socket: see {@link dev.holdfast.ha.wire} for what is said there. */
final class MonitorServer implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final long LONGEST_WAIT_MILLIS = 60_000;
  private static final int MOST_EVENTS = 1000;

  static {
    // Without the first an answer waits 40 ms for the acknowledgement of its own headers. The
    // second lets every keeper keep its connections between two reports. The third, in seconds,
    // ends connections on which no whole request comes, a handshake that stands still among them.
    // The server reads them once.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "20000");
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
  }

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Clusters clusters;
  private final Callers callers;

  private MonitorServer(HttpServer server, Clusters clusters, Callers callers) {
    this.server = server;
    this.clusters = clusters;
    this.callers = callers;
  }

  /**
   * Listens, and answers from now on.
   *
   * @param credentials with which it speaks TLS; without them it speaks plainly
   * @throws HoldfastException host-connect (49) when it cannot listen there
   */
  static MonitorServer open(
      InetSocketAddress listen, Clusters clusters, Optional<WatchedCredentials> credentials) {
    try {
      HttpServer server =
          credentials.isPresent()
              ? secure(listen, credentials.get())
              : HttpServer.create(listen, BACKLOG);
      MonitorServer opened = new MonitorServer(server, clusters, new Callers(credentials));
      opened.server.setExecutor(opened.executor);
      opened.server.createContext("/", opened::handle);
      opened.server.start();
      return opened;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.HOST_CONNECT,
          "the monitor cannot listen on " + listen + ": " + e.getMessage(),
          e,
          "Is another monitor running? See option monitor-listen.");
    }
  }

  private static HttpServer secure(InetSocketAddress listen, WatchedCredentials credentials)
      throws IOException {
    HttpsServer server = HttpsServer.create(listen, BACKLOG);
    server.setHttpsConfigurator(
        new HttpsConfigurator(credentials.server()) {
          @Override
          public void configure(HttpsParameters connection) {
            SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
            Credentials.protocols(parameters);
            // Who shows none is told so, by Callers.
            parameters.setWantClientAuth(true);
            connection.setSSLParameters(parameters);
          }
        });
    return server;
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private void handle(HttpExchange http) throws IOException {
    try (http) {
      Exchange exchange = new Exchange(http);
      try {
        Caller caller = callers.of(http);
        exchange.refuseForeign();
        route(exchange, caller);
      } catch (HoldfastException e) {
        exchange.refuse(e);
      } catch (RuntimeException e) {
        exchange.refuse(
            new HoldfastException(
                ErrorCode.ASSERT,
                "internal error of the monitor, " + e.getClass().getSimpleName(),
                e));
      }
    }
  }

  private void route(Exchange exchange, Caller caller) throws IOException {
    String[] path = exchange.path();
    if (path.length < 2 || !path[0].equals("v1") || !path[1].equals("clusters")) {
      throw unknown();
    }
    if (path.length == 2) {
      expect(exchange, "GET");
      exchange.answer(caller.among(clusters.names()));
      return;
    }
    String name = path[2];
    caller.mustSpeakFor(name);
    switch (path.length == 3 ? "" : path.length == 4 ? path[3] : "?") {
      case "" -> {
        expect(exchange, "GET");
        exchange.answer(clusters.named(name).view());
      }
      case "events" -> {
        expect(exchange, "GET");
        int most = (int) exchange.number("most", 1, MOST_EVENTS, MOST_EVENTS);
        exchange.answer(clusters.named(name).events(most));
      }
      case "nodes" -> {
        expect(exchange, "POST");
        Joining joining = exchange.body(Joining.class);
        exchange.answer(clusters.joined(name).join(joining));
      }
      case "reports" -> {
        expect(exchange, "POST");
        answer(exchange, clusters.named(name).report(exchange.body(Reporting.class)));
      }
      case "orders" -> {
        expect(exchange, "GET");
        answer(exchange, await(exchange, clusters.named(name)));
      }
      case "requests" -> {
        expect(exchange, "POST");
        Cluster cluster = clusters.named(name);
        Asking asking = exchange.body(Asking.class);
        boolean dryRun = exchange.number("dry-run", 0, 1, 0) == 1;
        exchange.answer(dryRun ? cluster.tryOut(asking.request()) : cluster.ask(asking));
      }
      default -> throw unknown();
    }
  }

  private static Optional<?> await(Exchange exchange, Cluster cluster) {
    return cluster.await(
        new NodeId((int) exchange.number("node", 1, Integer.MAX_VALUE)),
        exchange.number("revision", 0, Long.MAX_VALUE),
        Duration.ofMillis(exchange.number("wait", 0, LONGEST_WAIT_MILLIS)));
  }

  private static void answer(Exchange exchange, Optional<?> directive) throws IOException {
    if (directive.isPresent()) {
      exchange.answer(directive.get());
    } else {
      exchange.answerNothing();
    }
  }

  private static void expect(Exchange exchange, String method) {
    if (!exchange.method().equals(method)) {
      throw new Exchange.Status(
          Exchange.METHOD_NOT_ALLOWED,
          ErrorCode.PROTOCOL,
          "here is only " + method + ", not " + exchange.method());
    }
  }

  private static Exchange.Status unknown() {
    return new Exchange.Status(
        Exchange.NOT_FOUND, ErrorCode.PROTOCOL, "the monitor has nothing at this address");
  }

  /** Takes no more requests, and waits for no more than those that are being answered. */
  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
