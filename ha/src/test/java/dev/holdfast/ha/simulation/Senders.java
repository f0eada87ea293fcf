package dev.holdfast.ha.simulation;

import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Protection;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** A primary's WAL senders: who streams, and what was confirmed, by the number of the machine. */
final class Senders {
  private static final long LATELY = 2_000_000_000L;

  /** What one message carries at most. */
  private static final long WAL_A_MESSAGE = 16_384;

  private final Simulation simulation;
  private final long[] confirmed;

  /** Where the connection began. */
  private final long[] begun;

  private final long[] heard;
  private final int[] names;
  private final long[] connections;

  Senders(Simulation simulation) {
    this.simulation = simulation;
    int nodes = simulation.machines() + 1;
    confirmed = new long[nodes];
    begun = new long[nodes];
    heard = new long[nodes];
    names = new int[nodes];
    connections = new long[nodes];
  }

  /** The server starts anew: nobody is connected. */
  void reset() {
    Arrays.fill(confirmed, 0);
    Arrays.fill(heard, simulation.now());
    Arrays.fill(names, 0);
  }

  int machines() {
    return names.length - 1;
  }

  boolean knows(int machine) {
    return names[machine] != 0;
  }

  boolean connected(int machine) {
    return knows(machine) && simulation.now() - heard[machine] < LATELY;
  }

  long connection(int machine) {
    return connections[machine];
  }

  boolean isOlder(int machine, long connection) {
    return connection < connections[machine];
  }

  void connect(int machine, int as, long connection, long from) {
    heard[machine] = simulation.now();
    names[machine] = as;
    connections[machine] = connection;
    confirmed[machine] = 0;
    begun[machine] = from;
  }

  void confirm(int machine, long upTo) {
    heard[machine] = simulation.now();
    confirmed[machine] = Math.max(confirmed[machine], upTo);
  }

  /** How far the next message to this one goes. */
  long next(int machine, long flushed) {
    return Math.min(flushed, Math.max(begun[machine], confirmed[machine]) + WAL_A_MESSAGE);
  }

  Set<NodeId> streaming() {
    Set<NodeId> who = new HashSet<>();
    for (int i = 1; i < names.length; i++) {
      if (connected(i)) {
        who.add(new NodeId(names[i]));
      }
    }
    return who;
  }

  /** Up to where enough members have confirmed. */
  long confirmedBy(Protection.SyncSet set) {
    return enough(set, confirmed);
  }

  /** Since when as many members as have to confirm were all heard. */
  long silence(Protection.SyncSet set) {
    return simulation.now() - enough(set, heard);
  }

  private long enough(Protection.SyncSet set, long[] values) {
    long[] mine = new long[set.members().size()];
    for (int i = 0; i < mine.length; i++) {
      int number = set.members().get(i).number();
      for (int j = 1; j < names.length; j++) {
        if (names[j] == number) {
          mine[i] = Math.max(mine[i], values[j]);
        }
      }
    }
    Arrays.sort(mine);
    return mine[mine.length - set.required()];
  }
}
