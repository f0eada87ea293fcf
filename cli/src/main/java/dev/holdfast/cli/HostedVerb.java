package dev.holdfast.cli;

import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.ConfigurationLoader;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.backup.CopyWatch;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.stanza.StanzaDelete;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.ClusterSet.Wanted;
import dev.holdfast.storage.remote.BackupServer;
import dev.holdfast.storage.remote.ClusterRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a verb beside PostgreSQL for a backup server: the hidden half of {@code pg-host}. The backup
 * server says which verb with which options, of which only a few are this host's own; it has the
 * repositories and the locks, and hears what the verb says.
 *
 * <p>When it goes away the verb is interrupted, and gets a bounded time to put things in order.
 */
final class HostedVerb implements Verb {
  /** In place of a verb: what check does on a host that does not have the primary. */
  static final String CHECK_STANDBY = "check-standby";

  /** What the host where the verb runs knows better than the backup server. */
  private static final List<String> OWN_OPTIONS = List.of("lock-path", "spool-path");

  private static final Duration GRACE = Duration.ofSeconds(6);

  private static volatile @Nullable BackupServer server;

  private volatile boolean ended;

  /** The backup server that this process works for, if it works for one. */
  static Optional<BackupServer> server() {
    return Optional.ofNullable(server);
  }

  /** Where to tell how far a backup is: whoever holds the locks. */
  static CopyWatch.Progress progress(HeldLocks locks) {
    BackupServer at = server;
    return at == null ? locks::progress : at::lockProgress;
  }

  @Override
  public String name() {
    return "hosted";
  }

  @Override
  public int run(VerbContext context) {
    Surroundings streams = context.surroundings();
    BackupServer backupServer = BackupServer.greet(Version.text(), streams.in(), streams.out());
    server = backupServer;
    Thread verb = Thread.currentThread();
    backupServer.onLoss(() -> giveUp(verb));
    try {
      Options look = options(backupServer.task(), context);
      backupServer.timeout(look.duration("protocol-timeout"));
      Optional<List<String>> decision = backupServer.decision(role(look));
      if (decision.isPresent()) {
        run(decision.get(), context, backupServer);
        backupServer.succeeded();
      }
    } catch (HoldfastException e) {
      backupServer.failed(e);
      throw e;
    } finally {
      ended = true;
    }
    return 0;
  }

  private static void run(List<String> task, VerbContext context, BackupServer backupServer) {
    boolean standby = task.getFirst().equals(CHECK_STANDBY);
    List<String> arguments = standby ? task.subList(1, task.size()) : task;
    Options options = options(arguments, context);
    Surroundings here = context.surroundings();
    VerbContext there =
        new VerbContext(
            options,
            new RelayReporter(backupServer, LogLevels.of(options)),
            // The connection is on standard output.
            new Surroundings(
                here.in(),
                here.err(),
                here.err(),
                here.clock(),
                here.environment(),
                false,
                false,
                here.command()),
            arguments);
    if (standby) {
      CheckVerb.checkStandby(there);
    } else {
      Verbs.named(options.verb().name()).run(there);
    }
  }

  /** The options of the backup server alone, with those that are this host's. */
  private static Options options(List<String> arguments, VerbContext context) {
    ConfigurationLoader loader = new ConfigurationLoader(Map.of(), ConfigurationFiles.ofHost());
    List<String> all = new ArrayList<>(arguments);
    Options theirs = loader.load(all);
    for (String own : OWN_OPTIONS) {
      if (theirs.knows(own)) {
        all.add("--" + own + "=" + context.options().path(own));
      }
    }
    return loader.load(all);
  }

  private static ClusterRole role(Options options) {
    boolean running = false;
    for (int key : options.clusterKeys()) {
      running |= StanzaDelete.isRunning(Clusters.dataDirectory(options, key));
    }
    boolean asked = !options.knows("online") || options.flag("online");
    if (!asked || options.verb().name().equals("stanza-delete")) {
      return new ClusterRole(true, false, running, List.of());
    }
    try (ClusterSet clusters = Clusters.connect(options, Wanted.ANY_STANDBY, false)) {
      return new ClusterRole(
          clusters.primary() != null, clusters.standby() != null, running, clusters.warnings());
    }
  }

  private void giveUp(Thread verb) {
    if (ended) {
      return;
    }
    verb.interrupt();
    try {
      if (!verb.join(GRACE)) {
        Runtime.getRuntime().halt(ErrorCode.HOST_CONNECT.number());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
