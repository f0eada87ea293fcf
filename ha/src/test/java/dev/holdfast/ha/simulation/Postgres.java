package dev.holdfast.ha.simulation;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL: its WAL as a number on a branch of {@link Truth}, what it believes of timelines,
 * who streams from it, and what it may therefore tell its client.
 */
final class Postgres {
  private final Simulation simulation;
  private final Machine machine;
  private final Senders senders;
  private final Receiver receiver;

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

  private final Ailments ailments;
  private boolean crashed;

  Postgres(Simulation simulation, Machine machine) {
    this.simulation = simulation;
    this.machine = machine;
    this.senders = new Senders(simulation);
    this.ailments = new Ailments(simulation);
    this.receiver = new Receiver(simulation, machine, this);
  }

  Server state() {
    return state == Server.PRIMARY && ailments.paused() ? Server.HUNG : state;
  }

  Position position() {
    return new Position(history, new Lsn(flushed));
  }

  int branch() {
    return branch;
  }

  int upstream() {
    return receiver.upstream();
  }

  boolean streamAlive(long patience) {
    return state == Server.STANDBY && receiver.heardWithin(patience);
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

  Set<NodeId> streaming() {
    return writes() ? senders.streaming() : Set.of();
  }

  /** Since when as many members as have to confirm were all heard. */
  long membersSilence() {
    return protection instanceof Protection.SyncSet set ? senders.silence(set) : 0;
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
      ailments.restarted();
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
    receiver.forget();
    crashed = false;
  }

  void stopReceiver() {
    if (state == Server.STANDBY) {
      state = Server.FROZEN;
      receiver.forget();
      life++;
    }
  }

  void promote(Timeline timeline, long newVersion, Protection under) {
    if (state != Server.FROZEN || timeline.compareTo(history.timeline()) <= 0) {
      return;
    }
    history = after(history, timeline, flushed);
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
    receiver.forget();
    senders.reset();
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
    receiver.begin(from, as);
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

  /** A backup and its WAL; PostgreSQL ends recovery on a timeline of its own. */
  void restore(Archive archive, Timeline above) {
    life++;
    state = Server.STOPPED;
    branch = simulation.truth().fork(archive.branch(), archive.flushed());
    history = after(archive.history(), archive.next(above), archive.flushed());
    flushed = archive.flushed();
    written = flushed;
    simulation.truth().recovered();
    receiver.forget();
    crashed = false;
  }

  private static TimelineHistory after(TimelineHistory line, Timeline next, long at) {
    List<TimelineHistory.Ancestor> ancestors = new ArrayList<>(line.ancestors());
    ancestors.add(new TimelineHistory.Ancestor(line.timeline(), new Lsn(at)));
    return new TimelineHistory(next, ancestors);
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
    history = Lineage.upTo(new Lsn(flushed), from.history);
    written = flushed;
    receiver.forget();
    crashed = false;
  }

  void breakDirectory() {
    life++;
    state = Server.ABSENT;
  }

  /** A clean stop of a primary sends its last WAL to those who stream. */
  void stop(Runnable stopped) {
    if (state != Server.PRIMARY || ailments.paused()) {
      die();
      crashed = false;
      stopped.run();
      return;
    }
    acknowledge();
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
    ailments.resume();
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

  void crashLoop(long span) {
    ailments.crashLoop(span);
    die();
  }

  Ailments ailments() {
    return ailments;
  }

  long flushed() {
    return flushed;
  }

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
    if (ailments.crashing()) {
      die();
      return;
    }
    written += 100 + simulation.below(4000);
    if (simulation.chance(2)) {
      simulation.archive().push(branch, history, flushed);
    }
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

  long diskDelay() {
    return ailments.diskDelay();
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
    return under instanceof Protection.SyncSet set
        ? Math.min(flushed, senders.confirmedBy(set))
        : flushed;
  }

  private void pushWal() {
    for (int i = 1; i <= senders.machines(); i++) {
      if (senders.connected(i)) {
        sendWal(i);
      }
    }
  }

  private void sendWal(int to) {
    long upTo = senders.next(to, flushed);
    long from = session;
    long connection = senders.connection(to);
    int on = branch;
    TimelineHistory line = history;
    Machine there = simulation.machine(to);
    simulation
        .network()
        .send(
            machine.number(),
            to,
            () ->
                there.arrive(
                    () -> there.postgres().receiver.take(connection, from, on, upTo, line)));
  }

  /** A standby writes what it received. */
  void append(int on, long upTo, TimelineHistory line) {
    // What a server makes of WAL that does not continue its own is garbage.
    branch =
        simulation.truth().continues(on, upTo, branch, flushed)
            ? on
            : simulation.truth().fork(branch, flushed);
    flushed = upTo;
    written = upTo;
    history = Lineage.upTo(new Lsn(upTo), line);
  }

  /** A standby confirms, or asks for a connection. */
  void confirmed(int from, int as, long to, long connection, long upTo) {
    if (!writes()) {
      return;
    }
    if (ailments.paused()) {
      later(0, () -> confirmed(from, as, to, connection, upTo));
      return;
    }
    if (senders.isOlder(from, connection)) {
      return;
    }
    if (to == session && connection == senders.connection(from)) {
      senders.confirm(from, upTo);
      acknowledge();
      sendWal(from);
    } else if (state == Server.PRIMARY) {
      // A new connection, which the postmaster has to accept.
      senders.connect(from, as, connection, upTo);
      sendWal(from);
    }
  }

  /** The kernel closes the connections of processes that ended. */
  private void endStreams() {
    for (int i = 1; i <= senders.machines(); i++) {
      if (senders.knows(i)) {
        Machine there = simulation.machine(i);
        long connection = senders.connection(i);
        simulation
            .network()
            .send(
                machine.number(),
                i,
                () -> there.arrive(() -> there.postgres().receiver.ended(connection)));
      }
    }
  }

  /** Later in the same life; a paused server is late. */
  void later(long span, Runnable event) {
    long begun = life;
    machine.later(
        Math.max(span, ailments.pauseLeft() + 1),
        () -> {
          if (life == begun) {
            if (ailments.paused()) {
              later(0, event);
            } else {
              event.run();
            }
          }
        });
  }
}
