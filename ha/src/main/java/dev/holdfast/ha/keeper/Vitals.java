package dev.holdfast.ha.keeper;

import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.health.NodeHealth;
import java.time.Duration;

/** How the node was when the keeper looked last; asked by load balancers, from any thread. */
final class Vitals {
  /** A keeper that has not looked for so long is in trouble. */
  private static final Duration ALIVE = Duration.ofSeconds(10);

  private record Look(Sight sight, boolean leads, long at) {}

  private volatile Look last;
  private volatile boolean confirms;

  Vitals(Sight first) {
    this.last = new Look(first, false, System.nanoTime());
  }

  /** The keeper has looked, and is told to lead or not. */
  void note(Sight sight, boolean leads) {
    last = new Look(sight, leads, System.nanoTime());
  }

  /** Whether the monitor counts on the node's confirmations. */
  void confirms(boolean counts) {
    confirms = counts;
  }

  NodeHealth health(String cluster, String name) {
    Look look = last;
    Sight sight = look.sight();
    return new NodeHealth(
        cluster,
        name,
        role(sight),
        look.leads(),
        confirms,
        sight.position().history().timeline().number(),
        sight.position().flushed().toString(),
        sight.lag(),
        System.nanoTime() - look.at() < ALIVE.toNanos());
  }

  private static NodeHealth.Role role(Sight sight) {
    if (!sight.answers()) {
      return NodeHealth.Role.NONE;
    }
    return sight.server() == Server.PRIMARY ? NodeHealth.Role.PRIMARY : NodeHealth.Role.REPLICA;
  }
}
