package dev.holdfast.cli.cluster;

import dev.holdfast.cli.MonitorCredentials;
import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.ha.monitor.ListenAddress;
import dev.holdfast.ha.monitor.Monitor;
import dev.holdfast.ha.monitor.MonitorNews;
import dev.holdfast.ha.monitor.MonitorPeers;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a monitor until a signal ends it. */
final class MonitorVerb implements Verb {
  @Override
  public String name() {
    return "monitor";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    try (LoggedNews log = new LoggedNews(context.reporter());
        HookedNews news = new HookedNews(log, hooks(options), log::warned)) {
      Optional<WatchedCredentials> credentials =
          MonitorCredentials.of(options, context.clock(), log::warned);
      Optional<MonitorPeers> peers =
          options
              .optional("monitor-id")
              .map(id -> MonitorPeers.of(id, options.map("monitor-peer"), credentials.isPresent()));
      serve(context, news, peers, credentials);
      return 0;
    } catch (InterruptedException e) {
      // The interruption is obeyed by returning; what was left was to close in peace.
      Thread.interrupted();
      return 0;
    }
  }

  private static List<EventHook> hooks(Options options) {
    List<EventHook> hooks = new ArrayList<>();
    options.optional("event-program").map(Path::of).map(ProgramHook::new).ifPresent(hooks::add);
    options.optional("event-webhook").map(WebHook::new).ifPresent(hooks::add);
    return hooks;
  }

  private static void serve(
      VerbContext context,
      MonitorNews news,
      Optional<MonitorPeers> peers,
      Optional<WatchedCredentials> credentials)
      throws InterruptedException {
    Options options = context.options();
    Path path = options.path("monitor-path");
    String place =
        peers.map(MonitorPeers::service).orElseGet(() -> options.string("monitor-listen"));
    InetSocketAddress listen = ListenAddress.parse(place, credentials.isPresent());
    try (Monitor monitor =
        peers.isPresent()
            ? Monitor.start(listen, peers.get(), path, context.clock(), news, credentials)
            : Monitor.start(listen, path, context.clock(), news, credentials)) {
      context
          .out()
          .println(
              "the monitor listens on "
                  + (credentials.isPresent() ? "https://" : "http://")
                  + place
                  + ", its state is in "
                  + path);
      context.out().flush();
      throw monitor.awaitFailure();
    }
  }
}
