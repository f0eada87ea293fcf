package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * How a test's cluster differs from the usual one. Nothing of it is durable: it does not sync.
 *
 * @param name the name of its directory inside the test's
 * @param initdb further arguments for initdb
 * @param settings further lines for {@code postgresql.conf}
 */
public record TestClusterOptions(String name, List<String> initdb, List<String> settings) {
  /** Copies the lists. */
  public TestClusterOptions {
    initdb = List.copyOf(initdb);
    settings = List.copyOf(settings);
  }

  /** A cluster that can archive and be replicated, as PostgreSQL makes it otherwise. */
  public static TestClusterOptions defaults() {
    return new TestClusterOptions("pg", List.of("--no-sync"), List.of());
  }

  /** With another name, for a second cluster in one test. */
  public TestClusterOptions named(String other) {
    return new TestClusterOptions(other, initdb, settings);
  }

  /** With or without data checksums, whatever the version's default is. */
  public TestClusterOptions checksums(boolean wanted, int major) {
    if (wanted) {
      return initdb("--data-checksums");
    }
    return major >= 18 ? initdb("--no-data-checksums") : this;
  }

  /** With WAL segments of so many MiB. */
  public TestClusterOptions walSegmentMegabytes(int megabytes) {
    return initdb("--wal-segsize=" + megabytes);
  }

  /** With a further argument for initdb. */
  public TestClusterOptions initdb(String argument) {
    return new TestClusterOptions(name, with(initdb, argument), settings);
  }

  /** With a further line of {@code postgresql.conf}, for example {@code wal_level = logical}. */
  public TestClusterOptions setting(String line) {
    return new TestClusterOptions(name, initdb, with(settings, line));
  }

  private static List<String> with(List<String> list, String more) {
    List<String> longer = new ArrayList<>(list);
    longer.add(more);
    return longer;
  }
}
