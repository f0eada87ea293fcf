package dev.holdfast.ha.decide;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The rules with a guard left out, for the simulator, which is to notice that. */
public final class WeakenedRules {
  private final Set<Guard> guards;

  private WeakenedRules(Set<Guard> guards) {
    this.guards = guards;
  }

  /** All guards. */
  public static WeakenedRules none() {
    return new WeakenedRules(Guard.all());
  }

  /** All guards but the one of this name. */
  public static WeakenedRules without(String name) {
    EnumSet<Guard> guards = EnumSet.allOf(Guard.class);
    guards.remove(Guard.valueOf(name));
    return new WeakenedRules(guards);
  }

  /** The names of all guards. */
  public static List<String> names() {
    return Arrays.stream(Guard.values()).map(Guard::name).toList();
  }

  /** The monitor's mind. */
  public Decider decider() {
    return new Decider(guards);
  }

  /** A keeper's mind. */
  public KeeperRules keeper(Settings settings) {
    return new KeeperRules(settings, guards);
  }

  /** Whether a keeper's promise survives its crash. */
  public boolean promisesPersist() {
    return guards.contains(Guard.PROMISE_PERSISTED);
  }

  /** Whether a primary stops when its lease ends. */
  public boolean leaseIsKept() {
    return guards.contains(Guard.LEASE_KEPT);
  }

  /** What waits, and for what. */
  public static String explain(ClusterState state, long now) {
    return Explanation.of(state, now).toString();
  }

  /** Whether the cluster says that it needs its operator. */
  public static boolean needsOperator(ClusterState state, long now) {
    return Explanation.needsOperator(state, now);
  }
}
