package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When which fault happens. Each kind counts the operations that it could happen to, from 1, and
 * decides by that number alone: threads may interleave differently, the decisions stay.
 * Thread-safe.
 */
public final class Faults {
  /** Decides for the n-th operation that a fault could happen to. */
  private interface Rule {
    boolean strikes(Fault fault, long number);
  }

  private final Rule rule;
  private final String description;
  private final Map<Fault, AtomicLong> counts = new EnumMap<>(Fault.class);
  private final List<String> history = new ArrayList<>();
  private volatile boolean enabled = true;

  private Faults(Rule rule, String description) {
    this.rule = rule;
    this.description = description;
    for (Fault fault : Fault.values()) {
      counts.put(fault, new AtomicLong());
    }
  }

  /** Nothing ever goes wrong; the operations are counted all the same. */
  public static Faults none() {
    return new Faults((_, _) -> false, "none");
  }

  /** The n-th operation (from 1) that the fault could happen to goes wrong, and only that one. */
  public static Faults at(Fault fault, long number) {
    return new Faults((candidate, n) -> candidate == fault && n == number, fault + " at " + number);
  }

  /** Everything goes wrong that the fault could happen to, from the n-th operation (from 1). */
  public static Faults from(Fault fault, long number) {
    return new Faults(
        (candidate, n) -> candidate == fault && n >= number, fault + " from " + number);
  }

  /** Each fault happens with its own probability, decided by the seed. */
  public static Faults randomly(long seed, Map<Fault, Double> probabilities) {
    Map<Fault, Double> known = Map.copyOf(probabilities);
    return new Faults(
        (fault, n) -> {
          long drawn = SeededRandom.mix(seed ^ SeededRandom.mix(n * 31 + fault.ordinal() + 1));
          return (drawn >>> 11) * 0x1.0p-53 < known.getOrDefault(fault, 0.0);
        },
        known + " with seed " + seed);
  }

  /** Stops (or allows again) all faults, for looking at what they left. */
  public void enable(boolean on) {
    enabled = on;
  }

  /** How many operations a fault could have happened to so far. */
  public long count(Fault fault) {
    return counts(fault).get();
  }

  /** What went wrong so far, in order. */
  public synchronized List<String> history() {
    return List.copyOf(history);
  }

  /** Whether the fault happens to this operation. */
  boolean strikes(Fault fault, String operation) {
    if (!enabled) {
      return false;
    }
    long number = counts(fault).incrementAndGet();
    boolean strikes = rule.strikes(fault, number);
    if (strikes) {
      synchronized (this) {
        history.add(fault + " " + number + " in " + operation);
      }
    }
    return strikes;
  }

  private AtomicLong counts(Fault fault) {
    AtomicLong count = counts.get(fault);
    if (count == null) {
      throw new IllegalStateException("no count of " + fault);
    }
    return count;
  }

  @Override
  public String toString() {
    return "Faults[" + description + ", happened: " + history() + "]";
  }
}
