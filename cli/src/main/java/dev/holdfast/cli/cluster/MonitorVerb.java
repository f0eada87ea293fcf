package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.ha.monitor.ListenAddress;
import dev.holdfast.ha.monitor.Monitor;
import java.net.InetSocketAddress;
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
    InetSocketAddress listen = ListenAddress.parse(options.string("monitor-listen"));
    try (LoggedNews news = new LoggedNews(context.reporter());
        Monitor monitor =
            Monitor.start(listen, options.path("monitor-path"), context.clock(), news)) {
      context
          .out()
          .println(
              "the monitor listens on http://"
                  + options.string("monitor-listen")
                  + ", its state is in "
                  + options.path("monitor-path"));
      context.out().flush();
      untilInterrupted();
    }
    return 0;
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
