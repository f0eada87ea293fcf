package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.session.ClusterAddress;
import dev.holdfast.postgres.session.ClusterSet;
import dev.holdfast.postgres.session.ClusterSet.Wanted;
import dev.holdfast.postgres.session.PgCluster;
import dev.holdfast.postgres.session.SessionTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the clusters are that options describe. */
public final class Clusters {
  private Clusters() {}

  /** The data directory of the cluster at hand. */
  public static Path dataDirectory(Options options) {
    refuseOtherHost(options, options.clusterKeys().getFirst());
    return options.path("pg-path");
  }

  /**
   * The data directory of the cluster with this number.
   *
   * @throws HoldfastException HOST_INVALID for a cluster on another host
   */
  public static Path dataDirectory(Options options, int key) {
    refuseOtherHost(options, key);
    return options.path("pg-path", key);
  }

  /** How to reach every configured cluster of this host, in the order of their numbers. */
  public static List<ClusterAddress> addresses(Options options) {
    List<ClusterAddress> addresses = new ArrayList<>();
    for (int key : localKeys(options)) {
      addresses.add(
          new ClusterAddress(
              key,
              dataDirectory(options, key),
              new SessionTarget(
                  options.optional("pg-socket-path", key).orElse(null),
                  options.integer("pg-port", key),
                  options.string("pg-database", key),
                  options.optional("pg-user", key).orElse(null)),
              forcedVersion(options)));
    }
    return addresses;
  }

  /** What the clusters' files are to be taken for; null to believe what they say. */
  public static @Nullable PgVersion forcedVersion(Options options) {
    return options.optional("pg-version-force").map(PgVersion::parse).orElse(null);
  }

  /**
   * Connects to the configured clusters.
   *
   * @param primaryRequired whether it is an error when no primary answers
   */
  public static ClusterSet connect(Options options, Wanted wanted, boolean primaryRequired) {
    return ClusterSet.discover(
        addresses(options),
        wanted,
        primaryRequired,
        options.duration("db-timeout"),
        "holdfast [" + options.verb().name() + "]");
  }

  /**
   * What the primary's pg_control says. With the option online the primary is asked which it is,
   * and must be the cluster that the options name; otherwise the first configured one is believed.
   */
  public static PgControl primaryControl(VerbContext context) {
    Options options = context.options();
    if (!options.flag("online")) {
      return PgControlFile.read(dataDirectory(options), forcedVersion(options)).control();
    }
    try (ClusterSet clusters = connect(options, Wanted.ANY_STANDBY, true)) {
      clusters.warnings().forEach(context.reporter()::warn);
      PgCluster primary = clusters.requirePrimary();
      primary.requireSameCluster();
      return primary.control();
    }
  }

  /** The numbers of the clusters of this host. */
  static List<Integer> localKeys(Options options) {
    return options.clusterKeys().stream().filter(key -> !isElsewhere(options, key)).toList();
  }

  /** Whether a cluster is on another host. */
  static boolean isElsewhere(Options options, int key) {
    return options.knows("pg-host") && options.optional("pg-host", key).isPresent();
  }

  /**
   * Lets a verb go on that needs the cluster at hand on this host, or none.
   *
   * @throws HoldfastException HOST_INVALID
   */
  static void refuseOtherHost(Options options) {
    refuseOtherHost(options, options.clusterKeys().getFirst());
  }

  private static void refuseOtherHost(Options options, int key) {
    if (isElsewhere(options, key)) {
      throw new HoldfastException(
          ErrorCode.HOST_INVALID,
          options.verb().name() + " command must be run on the PostgreSQL host",
          "option 'pg" + key + "-host' says that it is '" + options.string("pg-host", key) + "'.");
    }
  }
}
