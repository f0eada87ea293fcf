package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.replication.ServerView;
import dev.holdfast.postgres.replication.Upstreams;
import dev.holdfast.postgres.replication.WalSender;
import dev.holdfast.postgres.replication.WalTimelines;
import dev.holdfast.postgres.wal.WalEnd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at PostgreSQL: first at its processes, which cannot lie, then by asking it, then at its
 * WAL. Used by the keeper's thread alone, unless it says otherwise.
 */
final class ServerEye {
  private static final Position NOTHING =
      new Position(new TimelineHistory(new Timeline(1), List.of()), new Lsn(0));

  private final Path data;
  private final ServerControl control;
  private final Upstreams upstreams;
  private final Question question;
  private final WalTimelines timelines;
  private final LastChange<NodeId> members = new LastChange<>();
  private final LastChange<Boolean> stream = new LastChange<>();

  private Position known = NOTHING;
  private @Nullable Position stopped;
  private String problem = "";
  private String confirming = "";
  private Lsn emittedAt = new Lsn(0);

  ServerEye(Path data, ServerControl control, Upstreams upstreams, Question question) {
    this.data = data;
    this.control = control;
    this.upstreams = upstreams;
    this.question = question;
    this.timelines = new WalTimelines(data);
  }

  /**
   * Looks.
   *
   * @param patience how long the server may take to answer
   * @param silentAfter after how long a stream that brings nothing is not alive any more
   */
  Sight look(Duration patience, Duration silentAfter) {
    List<Long> processes = control.processes().running();
    boolean there = Files.exists(data.resolve("PG_VERSION"));
    if (!there) {
      // The files may be gone from under a server that goes on with those that it has open.
      return processes.isEmpty()
          ? simple(Server.ABSENT, NOTHING, true)
          : simple(Server.LEFTOVERS, known, false);
    }
    if (processes.isEmpty()) {
      return stopped();
    }
    stopped = null;
    OptionalLong postmaster = control.postmaster();
    if (postmaster.isEmpty()) {
      return simple(Server.LEFTOVERS, known, false);
    }
    // Before the question: what the answer says is then all that a receiver has brought.
    Optional<Integer> upstream = upstreams.upstream();
    List<Long> receivers = control.walReceivers();
    Optional<ServerView> view =
        control.takesConnections() ? question.ask(patience) : Optional.empty();
    if (view.isPresent()) {
      try {
        return answered(view.get(), upstream.orElse(0), receivers, postmaster, silentAfter);
      } catch (HoldfastException e) {
        problem = String.valueOf(e.getMessage());
      }
    }
    boolean standby = Files.exists(data.resolve("standby.signal"));
    return new Sight(
        standby ? Server.STANDBY : Server.HUNG,
        false,
        known,
        false,
        upstream.orElse(0),
        false,
        OptionalLong.empty(),
        Map.of(),
        postmaster,
        OptionalLong.empty());
  }

  private Sight answered(
      ServerView view,
      int upstream,
      List<Long> receivers,
      OptionalLong postmaster,
      Duration silentAfter) {
    long now = System.nanoTime();
    Timeline timeline = view.timeline().orElseGet(() -> timelines.containing(view.flushed()));
    known = new Position(timelines.history(timeline), view.flushed());
    problem = "";
    confirming = view.confirming();
    if (!view.recovery()) {
      return new Sight(
          Server.PRIMARY,
          true,
          known,
          true,
          0,
          false,
          OptionalLong.empty(),
          streaming(view, now),
          postmaster,
          OptionalLong.empty());
    }
    // One that somebody else started may follow whom it was told to by others.
    boolean frozen =
        upstream == 0 && receivers.isEmpty() && view.exact() && control.hasEnvironment();
    stream.note(true, view.received(), now);
    return new Sight(
        frozen ? Server.FROZEN : Server.STANDBY,
        true,
        known,
        view.exact(),
        upstream,
        !view.received().isEmpty() && stream.silence(true, now) < silentAfter.toNanos(),
        view.lag(),
        streaming(view, now),
        postmaster,
        receivers.isEmpty() ? OptionalLong.empty() : OptionalLong.of(receivers.getFirst()));
  }

  private Map<NodeId, Long> streaming(ServerView view, long now) {
    Map<NodeId, Long> silences = new HashMap<>();
    for (WalSender sender : view.senders()) {
      Optional<NodeId> node = Confirmations.node(sender.application());
      if (sender.streaming() && node.isPresent()) {
        members.note(node.get(), sender.heard(), now);
        silences.put(node.get(), members.silence(node.get(), now));
      }
    }
    members.keep(Set.copyOf(silences.keySet()));
    return silences;
  }

  /** Writes something when nobody else has since the last time: once a heartbeat. */
  void keepPrimaryHeard(Sight sight) {
    if (sight.server() == Server.PRIMARY) {
      if (sight.position().flushed().equals(emittedAt)) {
        question.emit();
      }
      emittedAt = sight.position().flushed();
    }
  }

  /** What a stopped server holds does not change, and takes a while to find out. */
  private Sight stopped() {
    Position end = stopped;
    if (end == null) {
      try {
        if (WalEnd.isUnfinishedCopy(data)) {
          // What it holds is known when it has been started.
          problem = "";
          return simple(Server.STOPPED, known, false);
        }
        WalEnd found = WalEnd.of(data);
        end = new Position(found.history(), found.lsn());
        problem = "";
      } catch (HoldfastException e) {
        problem = String.valueOf(e.getMessage());
        return simple(Server.STOPPED, known, false);
      }
    }
    stopped = end;
    known = end;
    return simple(Server.STOPPED, end, true);
  }

  /**
   * The {@code synchronous_standby_names} that the primary had at the last look, whoever set it.
   */
  String confirming() {
    return confirming;
  }

  /** Which cluster the data are of, empty when there are none; asked from any thread. */
  String systemIdentifier() {
    return ExistingData.systemIdentifier(data);
  }

  /** Whether the end of a stopped server's WAL is unknown, because of what the problem says. */
  boolean unreadable() {
    return !problem.isEmpty();
  }

  /** The data directory is a copy of another node's now, which was here then. */
  void rebuilt(Position source) {
    stopped = null;
    known = source;
  }

  /** The data directory is another one now, of which nothing is known yet. */
  void replaced() {
    stopped = null;
  }

  /** What could not be found out at the last look, and why. */
  String problem() {
    return problem.isEmpty() ? question.problem() : problem;
  }

  private static Sight simple(Server server, Position position, boolean exact) {
    return new Sight(
        server,
        false,
        position,
        exact,
        0,
        false,
        OptionalLong.empty(),
        Map.of(),
        OptionalLong.empty(),
        OptionalLong.empty());
  }
}
