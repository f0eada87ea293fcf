package dev.holdfast.ha.raft;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.WatchedCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;

/** One member that runs. Safe for any number of threads. */
public final class Replica implements AutoCloseable {
  private static final String LOGGING_VERBOSITY = "slf4j.internal.verbosity";

  /** An entry has to be replicated in one piece. */
  private static final int LONGEST_VALUE = 1 << 20;

  /** A new member gets the registers first. */
  private static final Duration RECONFIGURATION = Duration.ofSeconds(30);

  static {
    LibraryLogging.onlyErrors();
    // Where nobody listens to the library's log, the logging facade would say so on standard error.
    if (System.getProperty(LOGGING_VERBOSITY) == null) {
      System.setProperty(LOGGING_VERBOSITY, "ERROR");
    }
  }

  private final RaftServer server;
  private final RaftServer.Division division;
  private final Registers registers;
  private final Optional<Reconnection> reconnection;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  private Replica(
      RaftServer server,
      RaftServer.Division division,
      Registers registers,
      Optional<Reconnection> reconnection) {
    this.server = server;
    this.division = division;
    this.registers = registers;
    this.reconnection = reconnection;
  }

  /**
   * Starts a member, from what its directory has.
   *
   * @param directory for this alone; its parent is there
   * @param self who this is
   * @param group which members belong together
   * @param credentials with which members talk over TLS, to monitors alone; without them plainly
   * @param first with whom the group began; none for a member that joins one, which waits until the
   *     leader makes it a member
   * @throws HoldfastException file-invalid (28) when the log cannot be used, host-connect (49) when
   *     it cannot listen
   */
  public static Replica start(
      Path directory,
      Peer self,
      UUID group,
      List<Peer> first,
      Optional<WatchedCredentials> credentials,
      ReplicaEvents events) {
    Registers registers = new Registers(events::leadershipChanged, events::failed);
    RaftGroupId groupId = RaftGroupId.valueOf(group);
    RaftProperties properties = RatisSettings.of(directory, self);
    Parameters parameters = new Parameters();
    Optional<SecureTransport.Use> transport =
        credentials.map(watched -> SecureTransport.use(watched, properties, parameters));
    try {
      RaftServer server =
          RaftServer.newBuilder()
              .setServerId(RaftPeerId.valueOf(self.id()))
              .setGroup(RaftGroup.valueOf(groupId, raft(first)))
              .setProperties(properties)
              .setParameters(parameters)
              .setStateMachine(registers)
              // Makes a directory that is not there; the caller knows whether it may be missing.
              .setOption(RaftStorage.StartupOption.RECOVER)
              .build();
      try {
        server.start();
        RaftServer.Division division = server.getDivision(groupId);
        return new Replica(
            server, division, registers, transport.map(use -> use.reconnection(division)));
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "the replicated state in '" + directory + "' cannot be used: " + root(e),
          e,
          "Is another process listening on "
              + self.agreement()
              + "? When the directory is damaged,"
              + " take this monitor out and let it join anew: see holdfast help monitors.");
    }
  }

  private static Throwable root(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static List<RaftPeer> raft(Collection<Peer> peers) {
    return peers.stream().map(Peer::toRaft).toList();
  }

  /** Of a server that has ended, the last. */
  public long term() {
    return division.getInfo().getCurrentTerm();
  }

  /** The term in which this member leads, once it has applied everything from the terms before. */
  public OptionalLong leads() {
    DivisionInfo info = division.getInfo();
    long term = info.getCurrentTerm();
    // One term has one leader; so if both are true around the same term, both are of that term.
    boolean leads = info.isAlive() && info.isLeader() && info.isLeaderReady();
    return leads && info.getCurrentTerm() == term ? OptionalLong.of(term) : OptionalLong.empty();
  }

  /** Who leads, as far as this member knows. */
  public Optional<Peer> leader() {
    return Optional.ofNullable(division.getInfo().getLeaderId())
        .flatMap(
            id -> members().stream().filter(peer -> peer.id().equals(id.toString())).findFirst());
  }

  /** Whether it has not been closed, by itself or by others. */
  public boolean alive() {
    return division.getInfo().isAlive();
  }

  /** All that have a vote now. */
  public List<Peer> members() {
    return peers(division.getRaftConf().getCurrentPeers());
  }

  /** Of each of these sets of members more than half have to agree; two while they change. */
  public List<Set<Peer>> majorities() {
    RaftConfiguration configuration = division.getRaftConf();
    List<Set<Peer>> sets = new ArrayList<>();
    sets.add(Set.copyOf(peers(configuration.getCurrentPeers())));
    if (!configuration.getPreviousPeers().isEmpty()) {
      sets.add(Set.copyOf(peers(configuration.getPreviousPeers())));
    }
    return sets;
  }

  private static List<Peer> peers(Collection<RaftPeer> peers) {
    return peers.stream().map(Peer::of).sorted(Comparator.comparing(Peer::id)).toList();
  }

  /** How far the members are; of use on the leader alone. */
  public List<Progress> progress() {
    Map<String, Long> silences =
        division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
            .collect(
                Collectors.toMap(
                    each -> each.getId().getId().toStringUtf8(),
                    each -> each.getLastRpcElapsedTimeMs(),
                    Math::max));
    Map<String, Long> committed =
        division.getCommitInfos().stream()
            .collect(
                Collectors.toMap(
                    each -> each.getServer().getId().toStringUtf8(),
                    each -> each.getCommitIndex(),
                    Math::max));
    String self = division.getId().toString();
    long own = committed.getOrDefault(self, 0L);
    return members().stream()
        .map(peer ->
            new Progress(
                peer,
                Math.max(0, own - committed.getOrDefault(peer.id(), -1L)),
                peer.id().equals(self)
                    ? Optional.empty()
                    : Optional.ofNullable(silences.get(peer.id())).map(Duration::ofMillis)))
        .toList();
  }

  /** A copy of the registers, as this member has them. */
  public Map<String, Register> content() {
    return registers.content();
  }

  /**
   * Waits until everything that was appended before in this term is applied.
   *
   * @throws LeadershipLostException when that cannot be said
   */
  public void settle(long term, Duration atMost) {
    append(new Entry.Nothing(), atMost);
    if (leads().orElse(-1) != term) {
      throw new LeadershipLostException("this monitor does not lead any more", null);
    }
  }

  /**
   * Writes a register; returns once a majority has it durably.
   *
   * @param term in which this member leads
   * @param follows the version that is replaced, 0 for none
   * @return the new version
   * @throws LeadershipLostException when it is not known to be written; it may be all the same
   */
  public long write(long term, String name, long follows, byte[] value, Duration atMost) {
    if (value.length > LONGEST_VALUE) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE,
          "what is to be written of '" + name + "' has more than " + LONGEST_VALUE + " bytes");
    }
    String answer = append(new Entry.Write(term, name, follows, value), atMost);
    if (answer.equals(Registers.REFUSED)) {
      throw new LeadershipLostException("another monitor has changed '" + name + "'", null);
    }
    return Long.parseLong(answer);
  }

  private String append(Entry entry, Duration atMost) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(division.getId())
            .setGroupId(division.getMemberId().getGroupId())
            .setCallId(calls.incrementAndGet())
            .setMessage(Message.valueOf(Registers.content(entry)))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    RaftClientReply reply =
        await("nothing can be decided", () -> server.submitClientRequestAsync(request), atMost);
    return reply.getMessage().getContent().toStringUtf8();
  }

  /**
   * Makes these the members, who are not to differ by more than one from those that are.
   *
   * @throws LeadershipLostException when it is not known to be done; it may be all the same
   */
  public void reconfigure(List<Peer> members) {
    SetConfigurationRequest request =
        new SetConfigurationRequest(
            client,
            division.getId(),
            division.getMemberId().getGroupId(),
            calls.incrementAndGet(),
            SetConfigurationRequest.Arguments.newBuilder()
                .setServersInNewConf(raft(members))
                .build());
    await(
        "the members are not known to have changed",
        () -> server.setConfigurationAsync(request),
        RECONFIGURATION);
  }

  /** Something that Ratis begins. */
  private interface Call {
    CompletableFuture<RaftClientReply> begin() throws IOException;
  }

  private static RaftClientReply await(String otherwise, Call call, Duration atMost) {
    try {
      RaftClientReply reply = call.begin().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      if (!reply.isSuccess()) {
        throw new LeadershipLostException(
            otherwise + ": " + root(reply.getException()).getMessage(), reply.getException());
      }
      return reply;
    } catch (IOException e) {
      throw new LeadershipLostException(otherwise + ": " + e.getMessage(), e);
    } catch (ExecutionException e) {
      throw new LeadershipLostException(otherwise + ": " + root(e).getMessage(), e);
    } catch (TimeoutException e) {
      throw new LeadershipLostException(
          otherwise + ": no majority of the monitors answers within " + atMost.toMillis() + " ms",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeadershipLostException(otherwise + ": interrupted", e);
    }
  }

  @Override
  public void close() {
    reconnection.ifPresent(Reconnection::close);
    try {
      server.close();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_CLOSE, "unable to close the replicated state: " + e.getMessage(), e);
    }
  }
}
