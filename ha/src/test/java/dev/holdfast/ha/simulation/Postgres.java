package dev.holdfast.ha.simulation;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Server;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL: its WAL as a number on a branch of {@link Truth}, what it believes of timelines,
 * who streams from it, and what it may therefore tell its client.
 */
final class Postgres {
  /** What one message carries at most. */
  private static final long WAL_A_MESSAGE = 16_384;

  private static final long LATELY = 2_000_000_000L;

  private final Simulation simulation;
  private final Machine machine;
  private final long[] confirmed;

  /** Where the connection began. */
  private final long[] begun;

  private final long[] heard;
  private final int[] names;
  private final long[] receivers;

  private Server state = Server.ABSENT;
  private int branch;
  private TimelineHistory history = new TimelineHistory(new Timeline(1), List.of());
  private long written;
  private long flushed;

  /** Changes whenever processes end, so that what they had begun does not happen. */
  private long life;

  private long session;
  private long acked;
  private long version;
  private Protection protection = Protection.UNPROTECTED;
  private @Nullable Protection former;
  private long appliedVersion;
  private long appliedAt;

  private int upstream;
  private int name;
  private long receiver;
  private long upstreamSession;
  private long lastWal = Long.MIN_VALUE / 2;

  private long pausedUntil;
  private long slowUntil;
  private long crashesUntil;
  private int restarts;
  private long lastRestart = Long.MIN_VALUE / 2;
  private boolean crashed;

  Postgres(Simulation simulation, Machine machine) {
    this.simulation = simulation;
    this.machine = machine;
    int nodes = simulation.machines() + 1;
    confirmed = new long[nodes];
    begun = new long[nodes];
    heard = new long[nodes];
    names = new int[nodes];
    receivers = new long[nodes];
  }

  // What its keeper sees.

  Server state() {
    return state == Server.PRIMARY && pausedUntil > simulation.now() ? Server.HUNG : state;
  }

  Position position() {
    return new Position(history, new Lsn(flushed));
  }

  int branch() {
    return branch;
  }

  int upstream() {
    return upstream;
  }

  boolean streamAlive(long patience) {
    return state == Server.STANDBY && simulation.now() - lastWal < patience;
  }

  long appliedVersion() {
    return appliedVersion;
  }

  Protection protection() {
    return protection;
  }

  Lsn appliedAt() {
    return new Lsn(appliedAt);
  }

  int restarts() {
    return simulation.now() - lastRestart > 20_000_000_000L ? 0 : restarts;
  }

  Set<NodeId> streaming() {
    if (!writes()) {
      return Set.of();
    }
    Set<NodeId> who = new HashSet<>();
    for (int i = 1; i < names.length; i++) {
      if (connected(i)) {
        who.add(new NodeId(names[i]));
      }
    }
    return who;
  }

  /** Since when as many members as have to confirm were all heard. */
  long membersSilence() {
    if (!(protection instanceof Protection.SyncSet set)) {
      return 0;
    }
    long[] last = new long[set.members().size()];
    for (int i = 0; i < last.length; i++) {
      int number = set.members().get(i).number();
      for (int j = 1; j < names.length; j++) {
        if (names[j] == number) {
          last[i] = heard[j];
        }
      }
    }
    Arrays.sort(last);
    return simulation.now() - last[last.length - set.required()];
  }

  // What its keeper does.

  void initialize() {
    state = Server.STOPPED;
    flushed = 1000;
    written = 1000;
  }

  void startPrimary(long newVersion, Protection under) {
    open(newVersion, under);
    state = Server.PRIMARY;
    if (crashed) {
      restarts = restarts() + 1;
      lastRestart = simulation.now();
    }
    crashed = false;
    written = flushed + 100;
    flushed = written;
    appliedAt = written;
    commitLater();
  }

  void startFrozen() {
    life++;
    state = Server.FROZEN;
    upstream = 0;
    crashed = false;
  }

  void stopReceiver() {
    if (state == Server.STANDBY) {
      state = Server.FROZEN;
      upstream = 0;
      life++;
    }
  }

  void promote(Timeline timeline, long newVersion, Protection under) {
    if (state != Server.FROZEN || timeline.compareTo(history.timeline()) <= 0) {
      return;
    }
    List<TimelineHistory.Ancestor> ancestors = new ArrayList<>(history.ancestors());
    ancestors.add(new TimelineHistory.Ancestor(history.timeline(), new Lsn(flushed)));
    history = new TimelineHistory(timeline, ancestors);
    open(newVersion, under);
    state = Server.PRIMARY;
    int parent = branch;
    branch = simulation.truth().fork(parent, flushed);
    simulation.truth().promoted();
    written = flushed + 100;
    flushed = written;
    appliedAt = written;
    simulation.note(() -> machine + " is promoted: " + position() + " session " + session);
    commitLater();
  }

  private void open(long newVersion, Protection under) {
    life++;
    session = simulation.nextSession();
    acked = 0;
    version = newVersion;
    appliedVersion = newVersion;
    protection = under;
    former = null;
    upstream = 0;
    Arrays.fill(confirmed, 0);
    Arrays.fill(heard, simulation.now());
    Arrays.fill(names, 0);
  }

  /** For a while some processes work under the old and some under the new protection. */
  void apply(long newVersion, Protection under, Runnable applied) {
    if (newVersion <= version) {
      return;
    }
    version = newVersion;
    former = protection;
    protection = under;
    later(
        50_000_000 + simulation.below(100_000_000),
        () -> {
          if (version == newVersion) {
            former = null;
            appliedVersion = newVersion;
            written += 50;
            appliedAt = written;
            flushLater();
            applied.run();
          }
        });
  }

  void stream(NodeId from, NodeId as) {
    life++;
    state = Server.STANDBY;
    crashed = false;
    upstream = from.number();
    name = as.number();
    receiver = simulation.nextSession();
    upstreamSession = 0;
    askForWal();
  }

  /** Copies WAL from a frozen node; nothing when it cannot be reached. */
  void fetch(Postgres from) {
    if (state == Server.FROZEN
        && from.state == Server.FROZEN
        && simulation.truth().continues(from.branch, from.flushed, branch, flushed)) {
      branch = from.branch;
      history = from.history;
      flushed = from.flushed;
      written = flushed;
    }
  }

  void rewind(Postgres from) {
    flushed = Math.max(simulation.truth().common(branch, flushed, from.branch, from.flushed), 0);
    copy(from);
  }

  void clone(Postgres from) {
    flushed = Math.max(from.flushed - simulation.below(400_000), 500);
    copy(from);
  }

  private void copy(Postgres from) {
    life++;
    state = Server.STOPPED;
    branch = from.branch;
    history = from.history;
    written = flushed;
    upstream = 0;
    crashed = false;
  }

  void breakDirectory() {
    life++;
    state = Server.ABSENT;
  }

  /** A clean stop of a primary sends its last WAL to those who stream. */
  void stop(Runnable stopped) {
    if (state != Server.PRIMARY || pausedUntil > simulation.now()) {
      die();
      crashed = false;
      stopped.run();
      return;
    }
    flushed = written;
    acknowledge();
    pushWal();
    later(
        30_000_000,
        () -> {
          flushed = written;
          pushWal();
        });
    later(
        60_000_000,
        () -> {
          die();
          crashed = false;
          stopped.run();
        });
  }

  // What goes wrong with it.

  /** Every process ends; what was not flushed is gone. */
  void die() {
    boolean wasOpen = writes();
    life++;
    pausedUntil = 0;
    if (state != Server.ABSENT) {
      state = Server.STOPPED;
    }
    written = flushed;
    crashed |= wasOpen;
    if (wasOpen && machine.isUp()) {
      endStreams();
    }
  }

  /** The postmaster alone; a busy backend and the WAL senders go on for a while. */
  void killPostmaster() {
    if (state == Server.PRIMARY) {
      state = Server.LEFTOVERS;
      later(simulation.below(4_000_000_000L), this::die);
    } else if (state != Server.LEFTOVERS) {
      die();
    }
  }

  void pause(long span) {
    pausedUntil = Math.max(pausedUntil, simulation.now() + span);
  }

  void slowDisk(long span) {
    slowUntil = simulation.now() + span;
  }

  void crashLoop(long span) {
    crashesUntil = simulation.now() + span;
    die();
  }

  void heal() {
    pausedUntil = 0;
    slowUntil = 0;
    crashesUntil = 0;
  }

  // WAL.

  boolean writes() {
    return state == Server.PRIMARY || state == Server.LEFTOVERS;
  }

  private void commitLater() {
    later(40_000_000 + simulation.below(120_000_000), this::commit);
  }

  private void commit() {
    if (!writes() || leaseIsOver()) {
      return;
    }
    if (crashesUntil > simulation.now()) {
      die();
      return;
    }
    written += 100 + simulation.below(4000);
    flushLater();
    commitLater();
  }

  private boolean leaseIsOver() {
    boolean over = protection instanceof Protection.Leased && machine.keeper().deadMan();
    if (over) {
      die();
    }
    return over;
  }

  private void flushLater() {
    long upTo = written;
    later(
        diskDelay(),
        () -> {
          if (writes()) {
            flushed = Math.max(flushed, upTo);
            acknowledge();
            pushWal();
          }
        });
  }

  private long diskDelay() {
    return slowUntil > simulation.now()
        ? simulation.below(2_000_000_000L)
        : 500_000 + simulation.below(2_000_000);
  }

  private void acknowledge() {
    if (!writes() || leaseIsOver()) {
      return;
    }
    long upTo = acknowledgedUnder(protection);
    if (former != null) {
      upTo = Math.max(upTo, acknowledgedUnder(former));
    }
    if (upTo > acked) {
      acked = upTo;
      simulation.truth().acknowledged(branch, upTo, flushed, session, machine.toString());
    }
  }

  private long acknowledgedUnder(Protection under) {
    if (!(under instanceof Protection.SyncSet set)) {
      return flushed;
    }
    long[] held = new long[set.members().size()];
    for (int i = 0; i < held.length; i++) {
      int number = set.members().get(i).number();
      for (int j = 1; j < names.length; j++) {
        if (names[j] == number) {
          held[i] = Math.max(held[i], confirmed[j]);
        }
      }
    }
    Arrays.sort(held);
    return Math.min(flushed, held[held.length - set.required()]);
  }

  private boolean connected(int i) {
    return names[i] != 0 && simulation.now() - heard[i] < LATELY;
  }

  private void pushWal() {
    for (int i = 1; i < names.length; i++) {
      if (connected(i)) {
        sendWal(i);
      }
    }
  }

  private void sendWal(int to) {
    long upTo = confirmed[to] == 0 ? flushed : Math.min(flushed, confirmed[to] + WAL_A_MESSAGE);
    long from = session;
    long reader = receivers[to];
    int on = branch;
    TimelineHistory line = history;
    Machine there = simulation.machine(to);
    simulation
        .network()
        .send(
            machine.number(),
            to,
            () -> there.arrive(() -> there.postgres().wal(reader, from, on, upTo, line)));
  }

  private void wal(long reader, long from, int on, long upTo, TimelineHistory line) {
    if (state != Server.STANDBY || reader != receiver) {
      return;
    }
    if (pausedUntil > simulation.now()) {
      later(0, () -> wal(reader, from, on, upTo, line));
      return;
    }
    if (!position().liesOn(line)) {
      // "This server's history forked from timeline N at ...": the sender refuses.
      return;
    }
    lastWal = simulation.now();
    upstreamSession = from;
    if (upTo <= flushed) {
      return;
    }
    later(
        diskDelay(),
        () -> {
          if (state == Server.STANDBY
              && reader == receiver
              && upTo > flushed
              && position().liesOn(line)) {
            // What a server makes of WAL that does not continue its own is garbage.
            branch =
                simulation.truth().continues(on, upTo, branch, flushed)
                    ? on
                    : simulation.truth().fork(branch, flushed);
            flushed = upTo;
            written = upTo;
            history = line;
            confirm();
          }
        });
  }

  private void askForWal() {
    long asks = receiver;
    confirm();
    later(
        300_000_000,
        () -> {
          if (state == Server.STANDBY && receiver == asks) {
            askForWal();
          }
        });
  }

  private void confirm() {
    Machine there = simulation.machineOf(new NodeId(upstream));
    if (there == null) {
      return;
    }
    int as = name;
    long to = upstreamSession;
    long reader = receiver;
    long upTo = flushed;
    simulation
        .network()
        .send(
            machine.number(),
            there.number(),
            () ->
                there.arrive(
                    () -> there.postgres().confirmed(machine.number(), as, to, reader, upTo)));
  }

  private void confirmed(int from, int as, long to, long reader, long upTo) {
    if (!writes()) {
      return;
    }
    if (pausedUntil > simulation.now()) {
      later(0, () -> confirmed(from, as, to, reader, upTo));
      return;
    }
    if (reader < receivers[from]) {
      return;
    }
    if (to != session || reader != receivers[from]) {
      // A new connection, which the postmaster has to accept.
      if (state == Server.PRIMARY) {
        heard[from] = simulation.now();
        names[from] = as;
        receivers[from] = reader;
        confirmed[from] = 0;
        begun[from] = upTo;
        sendWal(from);
      }
      return;
    }
    heard[from] = simulation.now();
    confirmed[from] = Math.max(confirmed[from], upTo);
    acknowledge();
    sendWal(from);
  }

  /** The kernel closes the connections of processes that ended. */
  private void endStreams() {
    for (int i = 1; i < names.length; i++) {
      if (names[i] != 0) {
        Machine there = simulation.machine(i);
        long reader = receivers[i];
        simulation
            .network()
            .send(
                machine.number(),
                i,
                () -> there.arrive(() -> there.postgres().streamEnded(reader)));
      }
    }
  }

  private void streamEnded(long reader) {
    if (state == Server.STANDBY && reader == receiver) {
      lastWal = Long.MIN_VALUE / 2;
      machine.keeper().look();
    }
  }

  /** Later in the same life; a paused server is late. */
  private void later(long span, Runnable event) {
    long begun = life;
    machine.later(
        Math.max(span, pausedUntil - simulation.now() + 1),
        () -> {
          if (life == begun) {
            if (pausedUntil > simulation.now()) {
              later(0, event);
            } else {
              event.run();
            }
          }
        });
  }
}
