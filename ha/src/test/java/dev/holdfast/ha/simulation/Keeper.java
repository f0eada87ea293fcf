package dev.holdfast.ha.simulation;

import dev.holdfast.ha.decide.Act;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.KeeperRules;
import dev.holdfast.ha.decide.KeeperView;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Observation;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.decide.Testimony;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One keeper: carries messages, keeps its memory, and lets {@link KeeperRules} decide. */
final class Keeper {
  private final Simulation simulation;
  private final Machine machine;
  private final KeeperRules rules;
  private final Settings settings;
  private final long[] sentAt = new long[256];

  private @Nullable KeeperMemory memory;

  /** What a restart finds; the same, unless a test leaves that guard out. */
  private @Nullable KeeperMemory durable;

  private long token;
  private long incarnation;
  private long sequence;
  private long answered;
  private long fresh;
  private long monitorHeard;

  /** Kept on disk, so that the next keeper of the same boot goes on under it. */
  private long leaseEnds;

  private long acts;
  private long busyWith;
  private boolean up;
  private boolean lookSoon;
  private Server seen = Server.ABSENT;
  private long pausedUntil;

  Keeper(Simulation simulation, Machine machine, KeeperRules rules) {
    this.simulation = simulation;
    this.machine = machine;
    this.rules = rules;
    this.settings = simulation.settings();
    this.token = simulation.nextToken();
  }

  long token() {
    return token;
  }

  @Nullable NodeId node() {
    return memory != null ? memory.node() : durable != null ? durable.node() : null;
  }

  /** Whether its data directory can be used. */
  boolean holdsData() {
    return machine.postgres().state() != Server.ABSENT
        && (durable == null || (!durable.rebuilding() && durable.regain().isEmpty()));
  }

  /** What it tells a monitor that does not know it; it is at its desk. */
  Optional<Testimony> testimony(Settings current) {
    KeeperMemory mine = memory;
    if (!up || mine == null || pausedUntil > simulation.now()) {
      return Optional.empty();
    }
    noticeStop();
    sequence++;
    return Optional.of(
        new Testimony(
            rules.report(mine, view(), sequence),
            machine.toString(),
            token,
            mine.revision(),
            mine.order(),
            current));
  }

  void start() {
    if (up || !machine.isUp()) {
      return;
    }
    up = true;
    memory = durable;
    incarnation++;
    sequence = incarnation << 32;
    answered = 0;
    fresh = sequence + 1;
    busyWith = 0;
    lookSoon = false;
    monitorHeard = machine.clock();
    seen = machine.postgres().state();
    tick(incarnation);
  }

  void crash() {
    up = false;
  }

  /** The host was started again: what was written of a lease speaks of a clock that is gone. */
  void forgetLease() {
    leaseEnds = machine.clock();
  }

  /** Its directory is gone: it will be a new node, and has no lease. */
  void loseMemory() {
    crash();
    forgetLease();
    memory = null;
    durable = null;
    token = simulation.nextToken();
  }

  void pause(long span) {
    pausedUntil = Math.max(pausedUntil, simulation.now() + span);
  }

  void heal() {
    pausedUntil = 0;
  }

  /** Whether the process beside the keeper ends PostgreSQL, because its lease ran out. */
  boolean deadMan() {
    return simulation.leaseIsKept() && leaseEnds - machine.clock() < settings.lease().toNanos() / 8;
  }

  private void tick(long since) {
    if (since == incarnation) {
      look();
      later(machine.span(settings.heartbeat().toNanos()), () -> tick(since));
    }
  }

  /** Something may have changed: look, act, report. */
  void look() {
    if (!up || lookSoon) {
      return;
    }
    lookSoon = true;
    later(
        1_000_000,
        () -> {
          lookSoon = false;
          act();
          report();
        });
  }

  private void report() {
    if (memory == null) {
      Observation joining =
          new Observation.Joining(
              token, machine.toString(), machine.postgres().position().history().timeline());
      simulation.network().send(machine.number(), 0, () -> simulation.monitor().receive(joining));
      return;
    }
    noticeStop();
    sequence++;
    sentAt[(int) (sequence & 255)] = machine.clock();
    Observation heard = new Observation.Heard(rules.report(memory, view(), sequence));
    simulation.network().send(machine.number(), 0, () -> simulation.monitor().receive(heard));
  }

  void enrolled(Command.Enrolled enrolled) {
    arrive(() -> {
      if (memory == null && enrolled.token() == token) {
        memory = KeeperMemory.of(enrolled.node());
        durable = memory;
        simulation.named(enrolled.node(), machine);
        look();
      }
    });
  }

  void receive(Command.Tell tell) {
    arrive(() -> {
      if (memory == null || !tell.to().equals(memory.node())) {
        return;
      }
      var accepted = rules.accept(memory, tell);
      if (accepted.isEmpty()) {
        return;
      }
      if (tell.answers() > sequence && !(tell.order() instanceof Order.Leave)) {
        return;
      }
      remember(accepted.get());
      answered = tell.answers();
      monitorHeard = machine.clock();
      if (tell.lease() > 0
          && (tell.answers() >> 32) == incarnation
          && sequence - tell.answers() < 256) {
        leaseEnds = Math.max(leaseEnds, sentAt[(int) (tell.answers() & 255)] + tell.lease());
      }
      act();
    });
  }

  private void remember(KeeperMemory next) {
    boolean freeze = next.order().isPresent() && next.order().get() instanceof Order.Freeze;
    memory = next;
    if (simulation.promisesPersist() || !freeze) {
      durable = next;
    }
  }

  private void settle() {
    if (memory != null && memory.underway()) {
      remember(memory.settled());
    }
  }

  private void noticeStop() {
    Server now = machine.postgres().state();
    if (now == Server.STOPPED && seen != Server.STOPPED) {
      fresh = sequence + 1;
    }
    seen = now;
  }

  private KeeperView view() {
    Postgres postgres = machine.postgres();
    return new KeeperView(
        busyWith != 0,
        postgres.state(),
        postgres.position(),
        postgres.upstream(),
        postgres.streamAlive(settings.streamSilence().toNanos()),
        false,
        postgres.appliedVersion(),
        postgres.protection(),
        postgres.appliedAt(),
        postgres.streaming(),
        postgres.ailments().restarts(),
        answered,
        fresh,
        machine.clock() - monitorHeard,
        postgres.membersSilence(),
        leaseEnds - machine.clock());
  }

  private void act() {
    if (busyWith != 0 || !up) {
      return;
    }
    noticeStop();
    if (machine.postgres().state() == Server.PRIMARY) {
      settle();
    }
    if (memory != null && !memory.populated() && machine.postgres().state() != Server.ABSENT) {
      remember(memory.sawData());
    }
    if (memory != null && memory.regained(machine.postgres().position()) != memory) {
      remember(memory.regained(machine.postgres().position()));
    }
    if (memory == null) {
      perform(rules.next(KeeperMemory.of(new NodeId(1)), view()));
      return;
    }
    if (memory.order().isPresent()
        && memory.order().get() instanceof Order.Leave
        && (machine.postgres().state() == Server.STOPPED
            || machine.postgres().state() == Server.ABSENT)) {
      loseMemory();
      machine.later(5_000_000_000L, this::start);
      return;
    }
    perform(rules.next(memory, view()));
  }

  private void perform(Act act) {
    Postgres postgres = machine.postgres();
    if (!(act instanceof Act.Nothing)) {
      simulation.note(() -> machine + " node " + node() + " " + act + " " + postgres.position());
    }
    if (act.outlivesItsKeeper()) {
      remember(memory.begins());
    }
    switch (act) {
      case Act.Nothing nothing -> {}
      case Act.Initialize initialize -> during(500_000_000, postgres::initialize);
      case Act.StopServer stop -> {
        long mine = begin();
        postgres.stop(() -> {
          if (busyWith == mine) {
            settle();
          }
          end(mine);
        });
        // Whatever became of it, look again.
        later(1_000_000_000, () -> end(mine));
      }
      case Act.StopReceiver stop -> during(5_000_000, postgres::stopReceiver);
      case Act.StartPrimary start ->
          lasting(
              200_000_000,
              () -> {
                if (postgres.state() == Server.STOPPED) {
                  postgres.startPrimary(start.version(), start.protection());
                }
              },
              postgres::writes);
      case Act.StartFrozen start ->
          during(
              100_000_000,
              () -> {
                if (postgres.state() == Server.STOPPED) {
                  postgres.startFrozen();
                }
              });
      case Act.Promote promote ->
          lasting(
              100_000_000,
              () -> postgres.promote(promote.timeline(), promote.version(), promote.protection()),
              postgres::writes);
      case Act.Apply apply -> {
        long mine = begin();
        postgres.apply(apply.version(), apply.protection(), () -> end(mine));
        later(2_000_000_000, () -> end(mine));
      }
      case Act.Stream stream -> {
        NodeId as = memory.node();
        lasting(
            50_000_000,
            () -> {
              if (postgres.state() != Server.ABSENT && !postgres.writes()) {
                postgres.stream(stream.upstream(), as);
              }
            },
            // The name of the upstream alone may be left from before the server was stopped.
            () ->
                postgres.state() == Server.STANDBY
                    && postgres.upstream() == stream.upstream().number());
      }
      case Act.Fetch fetch ->
          during(
              200_000_000,
              () -> {
                Machine from = simulation.machineOf(fetch.from());
                if (from != null && simulation.reachable(machine, from)) {
                  postgres.fetch(from.postgres());
                }
              });
      case Act.Restore restore -> restore(restore);
      case Act.Rewind rewind -> rebuild(rewind.upstream(), 800_000_000, true);
      case Act.Clone clone -> rebuild(clone.upstream(), 3_000_000_000L, false);
    }
  }

  private void restore(Act.Restore restore) {
    remember(memory.rebuildBegins());
    machine.postgres().breakDirectory();
    during(
        4_000_000_000L,
        () -> {
          machine.postgres().restore(simulation.archive(), restore.above());
          remember(memory.restoredFor(restore.epoch()));
        });
  }

  private void rebuild(NodeId upstream, long span, boolean rewind) {
    Machine from = simulation.machineOf(upstream);
    if (from == null
        || !simulation.reachable(machine, from)
        || from.postgres().state() != Server.PRIMARY) {
      return;
    }
    remember(memory.rebuildBegins());
    Server before = machine.postgres().state();
    during(
        span,
        () -> {
          if (!simulation.reachable(machine, from)
              || from.postgres().state() != Server.PRIMARY
              || machine.postgres().state() != before) {
            return;
          }
          if (rewind) {
            machine.postgres().rewind(from.postgres());
          } else {
            machine.postgres().clone(from.postgres());
          }
          remember(memory.rebuilt(from.postgres().position()));
        });
  }

  /** A step that takes a while, and after which the keeper looks again. */
  private void during(long span, Runnable step) {
    long mine = begin();
    later(
        span,
        () -> {
          step.run();
          end(mine);
        });
  }

  /** A step that has its effect even when the keeper is gone by then. */
  private void lasting(long span, Runnable step, BooleanSupplier seen) {
    long mine = begin();
    machine.postgres().later(span, step);
    later(
        span + 1_000_000,
        () -> {
          // A server that stands still does what it was told when it goes on.
          if (busyWith == mine && seen.getAsBoolean()) {
            settle();
          }
          end(mine);
        });
  }

  private long begin() {
    busyWith = ++acts;
    return busyWith;
  }

  private void end(long act) {
    if (busyWith == act) {
      busyWith = 0;
      look();
    }
  }

  /** Later, unless this process has ended by then. */
  private void later(long span, Runnable event) {
    long mine = incarnation;
    machine.later(
        Math.max(span, pausedUntil - simulation.now() + 1),
        () -> {
          if (up && mine == incarnation) {
            if (pausedUntil > simulation.now()) {
              later(0, event);
            } else {
              event.run();
            }
          }
        });
  }

  private void arrive(Runnable event) {
    machine.arrive(() -> {
      if (up) {
        if (pausedUntil > simulation.now()) {
          later(0, event);
        } else {
          event.run();
        }
      }
    });
  }
}
