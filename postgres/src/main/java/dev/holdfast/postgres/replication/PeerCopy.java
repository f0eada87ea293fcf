package dev.holdfast.postgres.replication;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.postgres.process.ProgramsLock;
import dev.holdfast.postgres.process.ServerControl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Makes a data directory one of another server's: by a rewind, or as a new copy. Both end with term
 * (63) as soon as nobody wants them any more, with every program that takes part in them; what is
 * half made is of no use then.
 */
public final class PeerCopy {
  private static final Duration LONGEST = Duration.ofDays(7);

  /**
   * Recovers a server that was not stopped in good order, and has its configuration elsewhere. An
   * older one fails then, and a copy is made.
   */
  private static final int WITH_CONFIG_FILE = 15;

  private static final String COPYING_PROGRAM = "pg_basebackup";

  private final ServerControl control;
  private final Upstreams upstreams;
  private final Path data;
  private final ConfigurationFiles files;

  /** For one data directory, of a server that is stopped while this works. */
  public PeerCopy(ServerControl control, Upstreams upstreams, Path data) {
    this(control, upstreams, data, ConfigurationFiles.in(data));
  }

  /** The same, of a server whose configuration may be elsewhere. */
  public PeerCopy(ServerControl control, Upstreams upstreams, Path data, ConfigurationFiles files) {
    this.files = files;
    this.control = control;
    this.upstreams = upstreams;
    this.data = data;
  }

  /**
   * Takes back what is not part of the other server's history ({@code pg_rewind}).
   *
   * @param unwanted whether nobody wants it any more
   * @throws HoldfastException execute (102); the data directory is of no use then, and has to be
   *     copied
   */
  public void rewind(ServerAddress source, BooleanSupplier unwanted) {
    upstreams.source(source);
    try {
      List<String> command =
          new ArrayList<>(
              List.of(
                  control.installation().program("pg_rewind").toString(),
                  "--target-pgdata=" + data,
                  "--source-server=service=" + Upstreams.SOURCE,
                  "--no-sync"));
      if (!files.isIn(data) && control.installation().version().major() >= WITH_CONFIG_FILE) {
        command.add("--config-file=" + files.main());
      }
      control.runAlone(command, LONGEST, unwanted).orThrow("rewind '" + data + "'");
      syncAll(data, unwanted);
    } finally {
      upstreams.close();
    }
  }

  /** Everything at once, rather than file by file. */
  private void syncAll(Path directory, BooleanSupplier unwanted) {
    control
        .run(List.of("sync", "--file-system", directory.toString()), LONGEST, unwanted)
        .orThrow("make '" + directory + "' durable");
  }

  /** Whether there is the program that rewinds; without it there are copies only. */
  public boolean canRewind() {
    return control.installation().has("pg_rewind");
  }

  /**
   * Makes a new copy, with {@code pg_basebackup} or, where PostgreSQL comes without that program,
   * with {@link BaseBackup}. What was there before stays aside, as {@code NAME.before}, until the
   * next copy is whole.
   *
   * @param unwanted whether nobody wants it any more
   * @throws HoldfastException execute (102), db-connect (56), db-query (57), file-write (64),
   *     file-move (74); what was there is there still
   */
  public void copy(ServerAddress source, BooleanSupplier unwanted) {
    FreshDirectory fresh = new FreshDirectory(control, data, ".copying", unwanted);
    upstreams.source(source);
    try {
      fresh.clear();
      if (control.installation().has(COPYING_PROGRAM)) {
        copyByProgram(fresh.path(), unwanted);
      } else {
        copyByProtocol(source, fresh.path(), unwanted);
      }
      fresh.takePlace();
    } finally {
      upstreams.close();
    }
  }

  private void copyByProgram(Path fresh, BooleanSupplier unwanted) {
    control
        .runAlone(
            List.of(
                control.installation().program(COPYING_PROGRAM).toString(),
                "--pgdata=" + fresh,
                "--dbname=service=" + Upstreams.SOURCE,
                "--checkpoint=fast",
                "--wal-method=stream"),
            LONGEST,
            unwanted)
        .orThrow("copy the primary to '" + fresh + "'");
  }

  private void copyByProtocol(ServerAddress source, Path fresh, BooleanSupplier unwanted) {
    try (ProgramsLock alone = control.alone(unwanted)) {
      new BaseBackup(upstreams.target(source), upstreams.environment()).into(fresh, unwanted);
      syncAll(fresh, unwanted);
    }
  }
}
