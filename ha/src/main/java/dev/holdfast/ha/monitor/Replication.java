package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.raft.Peer;
import dev.holdfast.ha.raft.Progress;
import dev.holdfast.ha.raft.Replica;
import dev.holdfast.ha.raft.ReplicaEvents;
import dev.holdfast.ha.tls.WatchedCredentials;
import dev.holdfast.ha.wire.Invitation;
import dev.holdfast.ha.wire.MemberView;
import dev.holdfast.ha.wire.MonitorsClient;
import dev.holdfast.ha.wire.MonitorsView;
import dev.holdfast.ha.wire.NewMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * This monitor as one of several: from a directory that may be empty, by way of a group, to a
 * replica and the leadership that it may get.
 */
final class Replication implements Authority, MemberDesk, AutoCloseable {
  private static final long LOOK_MILLIS = 250;
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Path directory;
  private final MonitorPeers peers;
  private final Predecessor predecessor;
  private final Optional<WatchedCredentials> credentials;
  private final MonitorNews news;
  private final Clock wall;
  private final LongSupplier clock;
  private final CompletableFuture<HoldfastException> failure = new CompletableFuture<>();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("replication").factory());

  /** Held while the members, or what this one is, change. */
  private final ReentrantLock turn = new ReentrantLock();

  private volatile StoredMember member;
  private volatile Formation formation;
  private volatile @Nullable Running running;

  /** What there is of a member that has a group. */
  private record Running(Replica replica, Succession succession) {}

  /**
   * Takes up what the directory has; nothing runs yet.
   *
   * @param directory of this monitor as one of several, made where it is not there
   * @param credentials with which it talks to the others; without them all are on this host
   */
  Replication(
      Path directory,
      MonitorPeers peers,
      Predecessor predecessor,
      Optional<WatchedCredentials> credentials,
      MonitorNews news,
      Clock wall,
      LongSupplier clock) {
    this.directory = directory;
    this.peers = peers;
    this.predecessor = predecessor;
    this.credentials = credentials;
    this.news = news;
    this.wall = wall;
    this.clock = clock;
    try {
      Files.createDirectories(directory, StateDirectory.DIRECTORY_MODE);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create '" + directory + "': " + e.getMessage(), e);
    }
    this.member = StoredMember.of(directory, peers);
    if (member.group().isEmpty() && peers.all().size() > 1 && predecessor.left()) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "a monitor by itself has decided here before: several that begin together begin anew",
          "Start this one with monitor-peer naming only itself, then the others with empty"
              + " directories, and add those: holdfast monitors add");
    }
    this.formation = new Formation(peers, member, credentials, news::said);
  }

  /**
   * Begins to take part, or to look for others to take part with.
   *
   * @throws HoldfastException file-invalid (28), path-missing (73) when the log is not what it has
   *     to be
   */
  void start() {
    if (member.group().isPresent()) {
      run();
    }
    executor.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Completed when this monitor cannot go on. */
  CompletableFuture<HoldfastException> failure() {
    return failure;
  }

  private void look() {
    try {
      Running now = running;
      if (now != null) {
        if (!now.replica().alive()) {
          fail("its part in the replicated state has ended, see holdfast monitors", null);
        }
        return;
      }
      Optional<Formation.Group> group = formation.look();
      if (group.isPresent()) {
        enter(group.get().id(), group.get().founders());
        news.said("monitor '" + peers.self() + "' is one of " + peers.all().size() + " that agree");
      }
    } catch (HoldfastException e) {
      failure.complete(e);
    } catch (RuntimeException e) {
      fail("unexpected: " + e, e);
    }
  }

  private void fail(String why, @Nullable Throwable cause) {
    failure.complete(
        new HoldfastException(
            ErrorCode.SERVICE, "monitor '" + peers.self() + "' cannot go on: " + why, cause));
  }

  /** Written down before it is done: this incarnation is never of another group. */
  private void enter(String group, List<Peer> founders) {
    turn.lock();
    try {
      if (member.group().isPresent()) {
        return;
      }
      StoredMember next = member.in(group, founders);
      next.write(directory);
      member = next;
      run();
    } catch (HoldfastException e) {
      failure.complete(e);
      throw e;
    } finally {
      turn.unlock();
    }
  }

  private void run() {
    String group = member.group().orElseThrow();
    Path log = directory.resolve("log");
    if (member.begun() && !Files.isDirectory(log.resolve(group).resolve("current"))) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING,
          "the log of monitor '" + peers.self() + "' is missing in '" + log.resolve(group) + "'",
          "With an empty log it must not come back as who it was. Take it out (holdfast monitors"
              + " remove "
              + peers.self()
              + "), remove '"
              + directory
              + "' and let it join anew.");
    }
    try {
      Files.createDirectories(log, StateDirectory.DIRECTORY_MODE);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create '" + log + "': " + e.getMessage(), e);
    }
    Replica replica =
        Replica.start(
            log,
            member.self(),
            UUID.fromString(group),
            member.founders(),
            credentials,
            new Events());
    Succession succession =
        new Succession(replica, member.self(), group, predecessor, credentials, news, wall, clock);
    running = new Running(replica, succession);
    if (!member.begun()) {
      StoredMember next = member.beginning();
      next.write(directory);
      member = next;
    }
  }

  private final class Events implements ReplicaEvents {
    @Override
    public void leadershipChanged() {
      Running now = running;
      if (now != null) {
        now.succession().changed();
      }
    }

    @Override
    public void failed(Throwable cause) {
      fail("the log cannot be written: " + cause, cause);
    }
  }

  @Override
  public Clusters clusters() {
    return succession().clusters();
  }

  @Override
  public void confirm(Clusters clusters) {
    succession().confirm(clusters);
  }

  private Succession succession() {
    return replicated().succession();
  }

  private Running replicated() {
    Running now = running;
    if (now == null) {
      throw new NotDeciding(
          "monitor '" + peers.self() + "' " + formation.reason(), Optional.empty());
    }
    return now;
  }

  @Override
  public Optional<Optional<?>> answer(Exchange exchange, Caller caller, String[] path) {
    caller.mustSpeakForAll();
    return switch (String.join("/", path)) {
      case "v1/monitor" -> {
        exchange.expect("GET");
        yield Optional.of(Optional.of(view()));
      }
      case "v1/monitor/invitation" -> {
        exchange.expect("POST");
        caller.mustBeMonitor();
        follow(exchange.body(Invitation.class));
        yield Optional.of(Optional.empty());
      }
      case "v1/monitors" ->
          Optional.of(
              Optional.of(
                  exchange.method().equals("POST")
                      ? add(exchange.body(NewMonitor.class))
                      : monitors()));
      default -> {
        if (path.length == 4 && path[1].equals("monitors") && path[3].equals("removal")) {
          exchange.expect("POST");
          yield Optional.of(Optional.of(remove(path[2])));
        }
        yield Optional.empty();
      }
    };
  }

  private MemberView view() {
    StoredMember now = member;
    Optional<Replica> replica = Optional.ofNullable(running).map(Running::replica);
    return new MemberView(
        now.self().name(),
        now.self().incarnation(),
        now.self().agreement(),
        now.self().service(),
        List.copyOf(peers.all().keySet()),
        now.group(),
        now.founders().stream().map(Peer::id).toList(),
        replica.map(Replica::members).orElse(List.of()).stream().map(Peer::id).toList(),
        replica.map(Replica::term).orElse(0L));
  }

  private MonitorsView monitors() {
    Running now = replicated();
    long term = now.succession().confirmedTerm();
    return new MonitorsView(
        peers.self(), term, now.replica().progress().stream().map(Replication::monitor).toList());
  }

  private static MonitorsView.Monitor monitor(Progress progress) {
    Peer peer = progress.peer();
    return new MonitorsView.Monitor(
        peer.name(), peer.service(), peer.agreement(), progress.behind(), progress.silence());
  }

  /** The leader asks, after it has made sure that nobody of this name or place is a member. */
  private void follow(Invitation invitation) {
    StoredMember now = member;
    boolean same = now.group().filter(invitation.group()::equals).isPresent();
    if (!invitation.incarnation().equals(now.self().incarnation())
        || (now.group().isPresent() && !same)) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "monitor '" + peers.self() + "' is of another group already",
          "Stop it, empty its directory, and start it again.");
    }
    if (!same) {
      enter(invitation.group(), List.of());
      news.said("monitor '" + peers.self() + "' is taken in by the others");
    }
  }

  private MonitorsView add(NewMonitor monitor) {
    Running now = replicated();
    turn.lock();
    try {
      now.succession().confirmedTerm();
      Peer newcomer;
      try (MonitorsClient client =
          MonitorsClient.amongMonitors(monitor.service(), ANSWER, credentials)) {
        MemberView view = client.member();
        newcomer = new Peer(view.name(), view.incarnation(), view.agreement(), view.service());
        List<Peer> members = new ArrayList<>(now.replica().members());
        if (!members.contains(newcomer)) {
          members.forEach(member -> refuseTaken(member, newcomer));
          client.invite(new Invitation(view.incarnation(), member.group().orElseThrow()));
          members.add(newcomer);
          now.replica().reconfigure(members);
          news.said("monitor '" + newcomer.name() + "' is one of those that agree now");
        }
      }
      return monitors();
    } finally {
      turn.unlock();
    }
  }

  /**
   * Members find each other by their addresses: with an empty log behind the address of a member
   * that is counted on, what a majority has written could be lost.
   */
  private static void refuseTaken(Peer member, Peer newcomer) {
    if (member.name().equals(newcomer.name())
        || member.agreement().equals(newcomer.agreement())
        || member.service().equals(newcomer.service())) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "there is a monitor '"
              + member.name()
              + "' at "
              + member.service()
              + " already, of another directory",
          "If that is gone for good, take it out first: holdfast monitors remove " + member.name());
    }
  }

  private MonitorsView remove(String name) {
    Running now = replicated();
    turn.lock();
    try {
      now.succession().confirmedTerm();
      List<Peer> members = now.replica().members();
      List<Peer> rest = members.stream().filter(peer -> !peer.name().equals(name)).toList();
      if (name.equals(peers.self())) {
        throw new HoldfastException(
            ErrorCode.PARAM_INVALID,
            "monitor '" + name + "' decides at the moment",
            "Stop it; once another decides, take it out.");
      }
      if (rest.size() == members.size()) {
        throw new HoldfastException(
            ErrorCode.PARAM_INVALID,
            "there is no monitor '" + name + "'",
            members.stream().map(Peer::name).collect(Collectors.joining(", ", "There are: ", "")));
      }
      now.replica().reconfigure(rest);
      news.said("monitor '" + name + "' is none of those that agree any more");
      return monitors();
    } finally {
      turn.unlock();
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    Running now = running;
    if (now != null) {
      now.succession().close();
      now.replica().close();
    }
  }
}
