package dev.holdfast.engine.backup;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import dev.holdfast.repository.manifest.ManifestDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cluster that does not run: nothing to announce, and the files are consistent by themselves. */
public final class StoppedCluster implements ClusterGate {
  private final Clock clock;

  /**
   * Refuses a cluster that seems to run.
   *
   * @param force whether to go on all the same
   * @throws HoldfastException pg-running (38)
   */
  public StoppedCluster(Path pgPath, boolean force, Clock clock, Reporter reporter) {
    this.clock = clock;
    if (Files.exists(pgPath.resolve("postmaster.pid"))) {
      if (!force) {
        throw new HoldfastException(
            ErrorCode.PG_RUNNING,
            "--no-online passed but PostgreSQL appears to be running because '"
                + pgPath.resolve("postmaster.pid")
                + "' exists",
            "Shut PostgreSQL down, or back up online.",
            "Use --force to back up anyway: the backup may not be consistent.");
      }
      reporter.warn(
          "--no-online passed and PostgreSQL appears to be running because '"
              + pgPath.resolve("postmaster.pid")
              + "' exists, but --force was passed so backup will continue though it looks like"
              + " PostgreSQL is still running and the backup will probably not be consistent");
    }
  }

  @Override
  public boolean isOnline() {
    return false;
  }

  @Override
  public long timeMillis() {
    return clock.millis();
  }

  @Override
  public void keepOthersOut() {}

  @Override
  public Start start(String label) {
    return Start.OFFLINE;
  }

  @Override
  public Stop stop() {
    return Stop.OFFLINE;
  }

  @Override
  public List<ManifestDb> databases() {
    return List.of();
  }

  @Override
  public @Nullable Map<Long, String> tablespaces() {
    return null;
  }

  @Override
  public void ping() {}

  @Override
  public void close() {}
}
