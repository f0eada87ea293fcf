package dev.holdfast.ha.wire;

import dev.holdfast.ha.tls.Credentials;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's client, with connections that are kept. When the credentials have changed there is
 * another one; what the former has begun goes on to its end. Safe for several threads.
 */
final class Transport implements AutoCloseable {
  private final Duration connectTimeout;
  private final Optional<WatchedCredentials> credentials;
  private final boolean amongMonitors;
  private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Credentials used;
  private HttpClient client;
  private boolean closed;

  /**
   * Nothing is connected yet.
   *
   * @param credentials for https
   * @param amongMonitors whether nobody is believed but monitors that may agree with others
   */
  Transport(
      Duration connectTimeout, Optional<WatchedCredentials> credentials, boolean amongMonitors) {
    this.connectTimeout = connectTimeout;
    this.credentials = credentials;
    this.amongMonitors = amongMonitors;
    this.used = credentials.map(WatchedCredentials::current).orElse(null);
    this.client = build(used);
  }

  /**
   * The client of the moment.
   *
   * @throws dev.holdfast.domain.HoldfastException crypto (95) when the own certificate is not valid
   */
  HttpClient http() {
    if (credentials.isEmpty()) {
      return client;
    }
    Credentials now = credentials.get().current();
    now.own().checkDates("this end's", credentials.get().now());
    lock.lock();
    try {
      if (now != used && !closed) {
        client.shutdown();
        client = build(now);
        used = now;
      }
      return client;
    } finally {
      lock.unlock();
    }
  }

  private HttpClient build(@Nullable Credentials from) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(connectTimeout)
            .executor(executor);
    if (from != null) {
      // The JDK adds the check of the host's name to these parameters.
      SSLParameters parameters = new SSLParameters();
      Credentials.protocols(parameters);
      WatchedCredentials watched = credentials.orElseThrow();
      builder
          .sslParameters(parameters)
          .sslContext(amongMonitors ? watched.amongMonitors(from) : watched.client(from));
    }
    return builder.build();
  }

  /** Ends what is under way with an error. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      client.shutdownNow();
    } finally {
      lock.unlock();
    }
  }
}
