package dev.holdfast.cli;

import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.file.Path;

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
   * @throws HoldfastException FEATURE_NOT_SUPPORTED for a cluster on another host
   */
  public static Path dataDirectory(Options options, int key) {
    refuseOtherHost(options, key);
    return options.path("pg-path", key);
  }

  private static void refuseOtherHost(Options options, int key) {
    if (options.knows("pg-host") && options.optional("pg-host", key).isPresent()) {
      throw new HoldfastException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "option 'pg" + key + "-host' names a cluster on another host, which is not supported yet",
          "run Holdfast on the cluster's host.");
    }
  }
}
