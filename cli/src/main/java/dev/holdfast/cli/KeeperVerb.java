package dev.holdfast.cli;

import dev.holdfast.ha.keeper.KeeperProcess;
import dev.holdfast.ha.wire.MonitorClient;

/** Keeps one node of a cluster until a signal ends it; PostgreSQL goes on then. */
final class KeeperVerb implements Verb {
  @Override
  public String name() {
    return "keeper";
  }

  @Override
  public int run(VerbContext context) {
    KeeperOptions options = new KeeperOptions(context);
    try (MonitorClient client = options.monitor();
        KeeperProcess keeper =
            new KeeperProcess(options.configuration(), client, context.reporter()::info)) {
      if (keeper.run()) {
        context.reporter().info("the node has left the cluster; a new start joins as a new node");
      }
      return 0;
    }
  }
}
