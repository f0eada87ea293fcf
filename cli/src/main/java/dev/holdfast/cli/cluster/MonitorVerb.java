package dev.holdfast.cli.cluster;

import dev.holdfast.cli.MonitorCredentials;
import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.ha.monitor.ListenAddress;
import dev.holdfast.ha.monitor.Monitor;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Runs a monitor until a signal ends it. */
final class MonitorVerb implements Verb {
  @Override
  public String name() {
    return "monitor";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    try (LoggedNews news = new LoggedNews(context.reporter())) {
      Optional<WatchedCredentials> credentials =
          MonitorCredentials.of(options, context.clock(), news::warned);
      serve(context, news, credentials);
    }
    return 0;
  }

  private static void serve(
      VerbContext context, LoggedNews news, Optional<WatchedCredentials> credentials) {
    Options options = context.options();
    InetSocketAddress listen =
        ListenAddress.parse(options.string("monitor-listen"), credentials.isPresent());
    try (Monitor monitor =
        Monitor.start(listen, options.path("monitor-path"), context.clock(), news, credentials)) {
      context
          .out()
          .println(
              "the monitor listens on "
                  + (credentials.isPresent() ? "https://" : "http://")
                  + options.string("monitor-listen")
                  + ", its state is in "
                  + options.path("monitor-path"));
      context.out().flush();
      untilInterrupted();
    }
  }

  private static void untilInterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // The interruption is obeyed by returning; what is left is to close in peace.
      Thread.interrupted();
    }
  }
}
