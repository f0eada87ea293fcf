package dev.holdfast.ha.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.raft.LeadershipLostException;
import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.ha.wire.Asking;
import dev.holdfast.ha.wire.Joining;
import dev.holdfast.ha.wire.Reporting;
import dev.holdfast.ha.wire.Testifying;
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
  private final Authority authority;
  private final MemberDesk members;
  private final Callers callers;

  private MonitorServer(
      HttpServer server, Authority authority, MemberDesk members, Callers callers) {
    this.server = server;
    this.authority = authority;
    this.members = members;
    this.callers = callers;
  }

  /**
   * Listens, and answers from now on.
   *
   * @param authority asked for every question about clusters
   * @param members answers questions about monitors
   * @param credentials with which it speaks TLS; without them it speaks plainly
   * @throws HoldfastException host-connect (49) when it cannot listen there
   */
  static MonitorServer open(
      InetSocketAddress listen,
      Authority authority,
      MemberDesk members,
      Optional<WatchedCredentials> credentials) {
    try {
      HttpServer server =
          credentials.isPresent()
              ? secure(listen, credentials.get())
              : HttpServer.create(listen, BACKLOG);
      MonitorServer opened =
          new MonitorServer(server, authority, members, new Callers(credentials));
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
        answer(exchange, answer(exchange, caller));
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

  private Optional<?> answer(Exchange exchange, Caller caller) {
    String[] path = exchange.path();
    if (path.length < 2 || !path[0].equals("v1")) {
      throw unknown();
    }
    if (path[1].equals("clusters")) {
      return confirmed(exchange, caller, path);
    }
    return members.answer(exchange, caller, path).orElseThrow(MonitorServer::unknown);
  }

  /** Nothing is said of clusters, nor refused, that another monitor may have decided otherwise. */
  private Optional<?> confirmed(Exchange exchange, Caller caller, String[] path) {
    Clusters clusters = authority.clusters();
    try {
      Optional<?> answer = ofClusters(exchange, caller, path, clusters);
      authority.confirm(clusters);
      return answer;
    } catch (NotDeciding e) {
      throw e;
    } catch (LeadershipLostException e) {
      throw new NotDeciding(String.valueOf(e.getMessage()), Optional.empty());
    } catch (HoldfastException e) {
      authority.confirm(clusters);
      throw e;
    }
  }

  private static Optional<?> ofClusters(
      Exchange exchange, Caller caller, String[] path, Clusters clusters) {
    if (path.length == 2) {
      exchange.expect("GET");
      return Optional.of(caller.among(clusters.names()));
    }
    String name = path[2];
    caller.mustSpeakFor(name);
    return switch (path.length == 3 ? "" : path.length == 4 ? path[3] : "?") {
      case "" -> {
        exchange.expect("GET");
        yield Optional.of(clusters.named(name).view());
      }
      case "events" -> {
        exchange.expect("GET");
        int most = (int) exchange.number("most", 1, MOST_EVENTS, MOST_EVENTS);
        yield Optional.of(clusters.named(name).events(most));
      }
      case "nodes" -> {
        exchange.expect("POST");
        Joining joining = exchange.body(Joining.class);
        if (exchange.number("dry-run", 0, 1, 0) == 1) {
          clusters.joined(name).tryToJoin(joining);
          yield Optional.empty();
        }
        yield Optional.of(clusters.joined(name).join(joining));
      }
      case "reports" -> {
        exchange.expect("POST");
        yield clusters.named(name).report(exchange.body(Reporting.class));
      }
      case "testimonies" -> {
        exchange.expect("POST");
        clusters.testify(name, exchange.body(Testifying.class));
        yield Optional.empty();
      }
      case "rebuilding" -> {
        exchange.expect("POST");
        boolean dryRun = exchange.number("dry-run", 0, 1, 0) == 1;
        boolean gone = exchange.number("others-are-gone", 0, 1, 0) == 1;
        yield Optional.of(new Command.Answer(0, true, clusters.rebuild(name, gone, dryRun)));
      }
      case "orders" -> {
        exchange.expect("GET");
        yield await(exchange, clusters.named(name));
      }
      case "requests" -> {
        exchange.expect("POST");
        Cluster cluster = clusters.named(name);
        Asking asking = exchange.body(Asking.class);
        boolean dryRun = exchange.number("dry-run", 0, 1, 0) == 1;
        yield Optional.of(dryRun ? cluster.tryOut(asking.request()) : cluster.ask(asking));
      }
      default -> throw unknown();
    };
  }

  private static Optional<?> await(Exchange exchange, Cluster cluster) {
    return cluster.await(
        new NodeId((int) exchange.number("node", 1, Integer.MAX_VALUE)),
        exchange.number("revision", 0, Long.MAX_VALUE),
        Duration.ofMillis(exchange.number("wait", 0, LONGEST_WAIT_MILLIS)));
  }

  private static void answer(Exchange exchange, Optional<?> answer) throws IOException {
    if (answer.isPresent()) {
      exchange.answer(answer.get());
    } else {
      exchange.answerNothing();
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
