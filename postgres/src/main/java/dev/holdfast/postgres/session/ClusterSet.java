package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configured clusters of a stanza that answer: the primary, and the first standby.
 *
 * @param primary the primary; null when none answers
 * @param standby the standby; null when none answers, or when none was asked for
 * @param warnings what to tell of those that do not answer
 */
public record ClusterSet(
    @Nullable PgCluster primary, @Nullable PgCluster standby, List<String> warnings)
    implements AutoCloseable {

  /** Copies the warnings. */
  public ClusterSet {
    warnings = List.copyOf(warnings);
  }

  /** Which clusters somebody wants. */
  public enum Wanted {
    /** Only the primary. */
    PRIMARY,
    /** The primary, and a standby if there is one. */
    ANY_STANDBY,
    /** The primary and a standby. */
    STANDBY
  }

  /**
   * Connects to the configured clusters and finds out which is which.
   *
   * @param primaryRequired whether it is an error when no primary answers
   * @param timeout see {@link Session#open}
   * @param application see {@link Session#open}
   * @throws HoldfastException db-connect (56)
   */
  public static ClusterSet discover(
      List<ClusterAddress> addresses,
      Wanted wanted,
      boolean primaryRequired,
      Duration timeout,
      String application) {
    List<PgCluster> opened = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (ClusterAddress address : addresses) {
      try {
        opened.add(PgCluster.open(address, timeout, application));
      } catch (HoldfastException e) {
        warnings.add("unable to check pg" + address.key() + ": " + e.describe());
      }
    }
    try {
      return choose(opened, wanted, primaryRequired, warnings);
    } catch (HoldfastException e) {
      opened.forEach(PgCluster::close);
      throw e;
    }
  }

  private static ClusterSet choose(
      List<PgCluster> opened, Wanted wanted, boolean primaryRequired, List<String> warnings) {
    PgCluster primary = null;
    PgCluster standby = null;
    List<PgCluster> others = new ArrayList<>();
    for (PgCluster cluster : opened) {
      if (cluster.isStandby()) {
        if (standby == null && wanted != Wanted.PRIMARY) {
          standby = cluster;
        } else {
          others.add(cluster);
        }
      } else if (primary == null) {
        primary = cluster;
      } else {
        throw new HoldfastException(
            ErrorCode.DB_CONNECT,
            "pg" + primary.key() + " and pg" + cluster.key() + " are both primaries",
            "Only the clusters of one primary and its standbys belong into a stanza.");
      }
    }
    if (primary == null && primaryRequired) {
      throw new HoldfastException(
          ErrorCode.DB_CONNECT,
          "unable to find the primary cluster"
              + (warnings.isEmpty() ? "" : ":\n" + String.join("\n", warnings)),
          "Are all available clusters in recovery?");
    }
    if (standby == null && wanted == Wanted.STANDBY) {
      throw new HoldfastException(ErrorCode.DB_CONNECT, "unable to find a standby cluster");
    }
    others.forEach(PgCluster::close);
    return new ClusterSet(primary, standby, warnings);
  }

  /**
   * The primary.
   *
   * @throws HoldfastException db-connect (56) when there is none
   */
  public PgCluster requirePrimary() {
    if (primary == null) {
      throw new HoldfastException(ErrorCode.DB_CONNECT, "there is no primary cluster");
    }
    return primary;
  }

  /** Ends the sessions. */
  @Override
  public void close() {
    if (standby != null) {
      standby.close();
    }
    if (primary != null) {
      primary.close();
    }
  }
}
