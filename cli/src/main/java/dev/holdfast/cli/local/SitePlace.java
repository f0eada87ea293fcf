package dev.holdfast.cli.local;

import dev.holdfast.postgres.process.ClusterPlace;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a local cluster is.
 *
 * @param directory for all of it
 * @param monitorPort on which the monitor listens
 * @param firstPort PostgreSQL's of the first node
 * @param secondPort PostgreSQL's of the second node
 */
public record SitePlace(Path directory, int monitorPort, int firstPort, int secondPort) {
  /** Checks that the sockets fit. */
  public SitePlace {
    node(directory, 1, firstPort);
    node(directory, 2, secondPort);
  }

  /** In a directory, with ports that are free now. */
  public static SitePlace fresh(Path directory) {
    Set<Integer> ports = new LinkedHashSet<>();
    while (ports.size() < 3) {
      ports.add(ClusterPlace.freePort());
    }
    List<Integer> three = List.copyOf(ports);
    return new SitePlace(directory, three.get(0), three.get(1), three.get(2));
  }

  private static ClusterPlace node(Path directory, int number, int port) {
    Path home = directory.resolve("n" + number);
    Path log = home.resolve("keeper").resolve(LocalSite.CLUSTER).resolve("postgresql.log");
    return new ClusterPlace(home.resolve("data"), directory, log, port);
  }

  /** A node's PostgreSQL, 1 or 2. */
  public ClusterPlace node(int number) {
    return node(directory, number, number == 1 ? firstPort : secondPort);
  }

  /** Where the monitor answers. */
  String monitor() {
    return "http://127.0.0.1:" + monitorPort;
  }

  /** The configuration file of {@code monitor}, {@code n1}, {@code n2}, or the operators'. */
  Path configuration(String part) {
    return directory.resolve(part + ".conf");
  }
}
