package dev.holdfast.cli;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.lock.HeldLocks;
import dev.holdfast.engine.stanza.StanzaDelete;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.ClusterSet.Wanted;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.remote.ClusterRole;
import dev.holdfast.storage.remote.DatabaseHost;
import dev.holdfast.storage.remote.ServedStorage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of the clusters that {@code pg-host} names: all are asked at once what they have, and
 * the verb runs on the one that has the primary.
 */
final class DatabaseHosts implements AutoCloseable {
  /** A host, the numbers of its clusters here, and what came of asking it. */
  private record Asked(
      DatabaseHost host,
      List<Integer> keys,
      @Nullable ClusterRole role,
      @Nullable HoldfastException failure) {
    boolean hasPrimary() {
      return role != null && role.primary();
    }

    boolean hasStandby() {
      return role != null && role.standby();
    }
  }

  private final Options options;
  private final Reporter reporter;
  private final HostedArguments arguments;
  private final Map<DatabaseHost, List<Integer>> hosts = new LinkedHashMap<>();

  private DatabaseHosts(VerbContext context) {
    this.options = context.options();
    this.reporter = context.reporter();
    this.arguments = new HostedArguments(options, reporter);
  }

  /**
   * Runs a verb where its cluster is, if that is another host.
   *
   * @param locks held for the verb
   * @return whether it ran, and succeeded; false when it is to run here
   * @throws HoldfastException what it throws there; db-connect (56) when no host has the primary;
   *     host-connect (49) when a host cannot be reached, or is lost
   */
  static boolean runs(VerbContext context, HeldLocks locks) {
    Options options = context.options();
    List<Integer> elsewhere = elsewhere(options);
    if (elsewhere.isEmpty() || isPrimaryHere(options)) {
      return false;
    }
    try (DatabaseHosts hosts = new DatabaseHosts(context)) {
      hosts.start(elsewhere, locks);
      hosts.runOnPrimary(hosts.askAll());
    }
    return true;
  }

  /** Whether PostgreSQL runs in the data directory of any cluster, as far as that can be seen. */
  static boolean isRunning(VerbContext context, HeldLocks locks) {
    Options options = context.options();
    for (int key : Clusters.localKeys(options)) {
      if (StanzaDelete.isRunning(Clusters.dataDirectory(options, key))) {
        return true;
      }
    }
    List<Integer> elsewhere =
        options.clusterKeys().stream().filter(key -> Clusters.isElsewhere(options, key)).toList();
    try (DatabaseHosts hosts = new DatabaseHosts(context)) {
      hosts.start(elsewhere, locks);
      boolean running = false;
      for (DatabaseHost host : hosts.hosts.keySet()) {
        running |= host.role().running();
      }
      return running;
    }
  }

  /** The clusters of other hosts; of a verb that asks no PostgreSQL only the first counts. */
  private static List<Integer> elsewhere(Options options) {
    boolean asks = !options.knows("online") || options.flag("online");
    List<Integer> keys = asks ? options.clusterKeys() : List.of(options.clusterKeys().getFirst());
    return keys.stream().filter(key -> Clusters.isElsewhere(options, key)).toList();
  }

  private static boolean isPrimaryHere(Options options) {
    if (Clusters.localKeys(options).isEmpty()
        || (options.knows("online") && !options.flag("online"))) {
      return false;
    }
    try (ClusterSet clusters = Clusters.connect(options, Wanted.PRIMARY, false)) {
      return clusters.primary() != null;
    }
  }

  private void start(List<Integer> keys, HeldLocks locks) {
    Map<List<String>, List<Integer>> byCommand = new LinkedHashMap<>();
    for (int key : keys) {
      byCommand.computeIfAbsent(command(key), _ -> new ArrayList<>()).add(key);
    }
    Map<Integer, ServedStorage> repositories = new HashMap<>();
    for (Repository repository : Repositories.all(options)) {
      repositories.put(
          repository.key(),
          new ServedStorage(repository.storage(), repository.pass().map(CipherPass::value)));
    }
    byCommand.forEach((command, clusters) ->
        hosts.put(
            DatabaseHost.start(
                options.string("pg-host", clusters.getFirst()),
                command,
                Version.text(),
                repositories,
                arguments.of(clusters, false),
                listener(locks)),
            clusters));
  }

  private List<String> command(int key) {
    if (!options.string("pg-host-type", key).equals("ssh")) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "option 'pg" + key + "-host-type' is 'tls', which is not supported yet",
          "ssh is.");
    }
    return SshCommand.of(options, "pg-host", key, List.of("hosted"));
  }

  private DatabaseHost.Listener listener(HeldLocks locks) {
    return new DatabaseHost.Listener() {
      @Override
      public void log(String level, int worker, String message) {
        reporter.log(Reporter.Level.valueOf(level), worker, message);
      }

      @Override
      public void progress(String activity, long doneBytes, long totalBytes) {
        reporter.progress(new Reporter.Progress(activity, doneBytes, totalBytes));
      }

      @Override
      public void lockProgress(long totalBytes, long doneBytes) {
        locks.progress(totalBytes, doneBytes);
      }
    };
  }

  private List<Asked> askAll() {
    List<Asked> all = new ArrayList<>();
    hosts.forEach((host, keys) -> {
      try {
        all.add(new Asked(host, keys, host.role(), null));
      } catch (HoldfastException e) {
        if (e.code() == ErrorCode.TERM) {
          throw e;
        }
        all.add(new Asked(host, keys, null, e));
      }
    });
    return all;
  }

  private void runOnPrimary(List<Asked> all) {
    List<Asked> primaries = all.stream().filter(Asked::hasPrimary).toList();
    if (primaries.size() > 1) {
      throw new HoldfastException(
          ErrorCode.DB_CONNECT,
          "there are primaries on '"
              + primaries.get(0).host().host()
              + "' and on '"
              + primaries.get(1).host().host()
              + "'",
          "Only the clusters of one primary and its standbys belong into a stanza.");
    }
    if (primaries.isEmpty()) {
      throw noPrimary(all);
    }
    Asked primary = primaries.getFirst();
    for (Asked other : all) {
      if (other != primary) {
        problems(other).forEach(reporter::warn);
        visit(other);
        other.host().close();
      }
    }
    boolean standby = primary.hasStandby();
    if (!standby) {
      refuseStandbyElsewhere(all.stream().anyMatch(Asked::hasStandby));
    }
    reporter.info(
        options.verb().name()
            + " runs on '"
            + primary.host().host()
            + "' (pg"
            + primary.keys().getFirst()
            + ")");
    primary.host().run(arguments.of(primary.keys(), standby));
  }

  /** What there is to do on a host without the primary. */
  private void visit(Asked other) {
    if (other.hasStandby() && options.verb().name().equals("check")) {
      List<String> task = new ArrayList<>(List.of(HostedVerb.CHECK_STANDBY));
      task.addAll(arguments.of(other.keys(), false));
      other.host().run(task);
    }
  }

  /** Relation files are copied on the primary's host, which does not reach another's files. */
  private void refuseStandbyElsewhere(boolean found) {
    if (!options.verb().name().equals("backup")) {
      return;
    }
    String wanted = options.string("backup-standby");
    if (wanted.equals("y")) {
      throw found
          ? new HoldfastException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "a backup from a standby on another host than the primary's is not supported yet",
              "With backup-standby=prefer or n the backup is made from the primary.")
          : new HoldfastException(ErrorCode.DB_CONNECT, "unable to find a standby cluster");
    }
    if (wanted.equals("prefer")) {
      reporter.warn(
          "unable to find a standby to perform the backup, using primary instead"
              + (found ? ": the standby is on another host than the primary" : ""));
    }
  }

  private static HoldfastException noPrimary(List<Asked> all) {
    HoldfastException only = all.getFirst().failure();
    if (all.size() == 1 && only != null) {
      return only;
    }
    List<String> problems = all.stream().flatMap(asked -> problems(asked).stream()).toList();
    return new HoldfastException(
        ErrorCode.DB_CONNECT,
        "unable to find the primary cluster"
            + (problems.isEmpty() ? "" : ":\n" + String.join("\n", problems)),
        "Are all available clusters in recovery?");
  }

  private static List<String> problems(Asked asked) {
    HoldfastException failure = asked.failure();
    if (failure != null) {
      return List.of("unable to check pg" + asked.keys().getFirst() + ": " + failure.describe());
    }
    ClusterRole role = asked.role();
    return role == null
        ? List.of()
        : role.problems().stream()
            .map(problem -> "on '" + asked.host().host() + "': " + problem)
            .toList();
  }

  /** Ends what still runs elsewhere. */
  @Override
  public void close() {
    hosts.keySet().forEach(DatabaseHost::close);
  }
}
