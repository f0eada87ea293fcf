package dev.holdfast.ha.decide;

import java.util.Optional;
import java.util.Set;

/**
 * A keeper's mind: which orders it accepts, what it does next, what it reports. The rest of a
 * keeper persists {@link KeeperMemory}, carries messages and runs PostgreSQL's programs.
 *
 * <p>The order of things, each time: accept, persist, act, look, report. A keeper that has no order
 * (new, or its memory is lost) stops what writes and what confirms.
 */
public final class KeeperRules {
  private final Settings settings;
  private final Set<Guard> guards;

  /** The rules as they are. */
  public KeeperRules(Settings settings) {
    this(settings, Guard.all());
  }

  /** For tests that leave a guard out. */
  KeeperRules(Settings settings, Set<Guard> guards) {
    this.settings = settings;
    this.guards = guards;
  }

  /** The memory with the order in it, to be persisted; or nothing when the order is refused. */
  public Optional<KeeperMemory> accept(KeeperMemory memory, Command.Tell tell) {
    boolean old = tell.order().epoch() < memory.promised() || tell.revision() < memory.revision();
    return !tell.to().equals(memory.node()) || (old && guards.contains(Guard.OLD_ORDERS_REFUSED))
        ? Optional.empty()
        : Optional.of(memory.accepting(tell));
  }

  /** What to report, of a view that was taken after the memory was persisted. */
  public Report report(KeeperMemory memory, KeeperView view, long sequence) {
    boolean halted =
        memory.order().isPresent()
            && switch (memory.order().get()) {
              case Order.Freeze freeze -> true;
              case Order.Stop stop -> true;
              case Order.Fetch fetch -> true;
              case Order.Restore restore -> true;
              case Order.Lead lead -> false;
              case Order.Follow follow -> false;
              case Order.Rest rest -> false;
              case Order.Leave leave -> false;
            };
    Server server = seen(view);
    // The position of a stopped server that is being worked on, or cannot be read, is not its own.
    boolean known = server != Server.ABSENT && (server != Server.STOPPED || !view.busy());
    return new Report(
        memory.node(),
        sequence,
        memory.promised(),
        halted && !view.busy() && !mayChange(memory) && server.confirmsNothing(),
        server,
        view.position(),
        known && memory.complete(view.position()),
        view.upstream(),
        view.streamAlive(),
        view.applied(),
        view.appliedAt(),
        view.streaming(),
        memory.restored(),
        view.restarts());
  }

  /** The next step towards the order in memory. */
  public Act next(KeeperMemory memory, KeeperView view) {
    if (memory.order().isEmpty()) {
      return halted(view);
    }
    if (mayChange(memory) && view.server() != Server.PRIMARY && view.server() != Server.ABSENT) {
      return new Act.StopServer();
    }
    return switch (memory.order().get()) {
      case Order.Lead lead -> lead(memory, lead, view);
      case Order.Freeze freeze -> halted(view);
      case Order.Stop stop -> stopped(view);
      case Order.Leave leave -> stopped(view);
      case Order.Fetch fetch -> fetch(fetch, view);
      case Order.Restore restore -> restore(memory, restore, view);
      case Order.Follow follow -> follow(memory, follow, view);
      case Order.Rest rest -> Act.NOTHING;
    };
  }

  /** Whether what was begun by a keeper that is gone may still have its effect. */
  private boolean mayChange(KeeperMemory memory) {
    return memory.underway() && guards.contains(Guard.ACTS_REMEMBERED);
  }

  private Act lead(KeeperMemory memory, Order.Lead lead, KeeperView view) {
    boolean fresh =
        (view.answered() >= view.fresh() || !guards.contains(Guard.FRESH_GRANT))
            && (!(lead.protection() instanceof Protection.Leased) || leaseLasts(view));
    return switch (seen(view)) {
      case ABSENT ->
          memory.populated() && guards.contains(Guard.LOST_DATA_STAYS_LOST)
              ? Act.NOTHING
              : new Act.Initialize();
      case LEFTOVERS -> new Act.StopServer();
      case HUNG -> mustStop(view) ? new Act.StopServer() : Act.NOTHING;
      case STOPPED -> {
        if (!fresh) {
          yield Act.NOTHING;
        }
        yield view.position().history().timeline().equals(lead.timeline())
            ? new Act.StartPrimary(lead.version(), lead.protection())
            : new Act.StartFrozen();
      }
      case STANDBY -> new Act.StopReceiver();
      case FROZEN ->
          fresh ? new Act.Promote(lead.timeline(), lead.version(), lead.protection()) : Act.NOTHING;
      case PRIMARY -> {
        if (mustStop(view)) {
          yield new Act.StopServer();
        }
        yield view.applied() < lead.version()
            ? new Act.Apply(lead.version(), lead.protection())
            : Act.NOTHING;
      }
    };
  }

  /** Fencing: reads grow stale, and waits that are cancelled look like success. */
  private boolean mustStop(KeeperView view) {
    return switch (view.protection()) {
      case Protection.SyncSet set ->
          Math.min(view.monitorSilence(), view.membersSilence()) > settings.fenceAfter().toNanos();
      case Protection.Unprotected alone -> false;
      case Protection.Leased lease -> !leaseLasts(view);
    };
  }

  /** With time enough to stop before its end. */
  private boolean leaseLasts(KeeperView view) {
    return !guards.contains(Guard.LEASE_KEPT) || view.leaseLeft() > settings.lease().toNanos() / 4;
  }

  private Act halted(KeeperView view) {
    return switch (seen(view)) {
      case PRIMARY, LEFTOVERS, HUNG -> new Act.StopServer();
      case STANDBY -> new Act.StopReceiver();
      case FROZEN, STOPPED, ABSENT -> Act.NOTHING;
    };
  }

  private Act stopped(KeeperView view) {
    return switch (seen(view)) {
      case PRIMARY, LEFTOVERS, HUNG, STANDBY, FROZEN -> new Act.StopServer();
      case STOPPED, ABSENT -> Act.NOTHING;
    };
  }

  private Act fetch(Order.Fetch fetch, KeeperView view) {
    return switch (seen(view)) {
      case PRIMARY, LEFTOVERS, HUNG -> new Act.StopServer();
      case STANDBY -> new Act.StopReceiver();
      case STOPPED -> new Act.StartFrozen();
      case FROZEN -> new Act.Fetch(fetch.from());
      case ABSENT -> Act.NOTHING;
    };
  }

  private Act restore(KeeperMemory memory, Order.Restore restore, KeeperView view) {
    return switch (seen(view)) {
      case PRIMARY, LEFTOVERS, HUNG, STANDBY, FROZEN -> new Act.StopServer();
      case STOPPED ->
          memory.restored() == restore.epoch()
              ? Act.NOTHING
              : new Act.Restore(restore.epoch(), restore.recovery(), restore.above());
      case ABSENT -> new Act.Restore(restore.epoch(), restore.recovery(), restore.above());
    };
  }

  private Act follow(KeeperMemory memory, Order.Follow follow, KeeperView view) {
    boolean foreign =
        !view.position().liesOn(follow.line()) && guards.contains(Guard.FOREIGN_WAL_REWOUND);
    return switch (seen(view)) {
      case ABSENT -> new Act.Clone(follow.upstream());
      case PRIMARY, LEFTOVERS, HUNG -> new Act.StopServer();
      case STOPPED -> {
        if (memory.rebuilding() || view.stranded()) {
          yield new Act.Clone(follow.upstream());
        }
        yield foreign ? new Act.Rewind(follow.upstream()) : new Act.Stream(follow.upstream());
      }
      case STANDBY, FROZEN -> {
        if (foreign || view.stranded()) {
          yield new Act.StopServer();
        }
        boolean there =
            view.server() == Server.STANDBY && view.upstream() == follow.upstream().number();
        yield there ? Act.NOTHING : new Act.Stream(follow.upstream());
      }
    };
  }

  private Server seen(KeeperView view) {
    return view.server() == Server.LEFTOVERS && !guards.contains(Guard.NO_PROCESS_REMAINS)
        ? Server.STOPPED
        : view.server();
  }
}
