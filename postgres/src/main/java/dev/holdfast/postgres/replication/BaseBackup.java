package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.Abandonment;
import dev.holdfast.postgres.session.SessionTarget;
import dev.holdfast.postgres.session.WireSession;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies a running server with its replication protocol's {@code BASE_BACKUP}, where the program
 * that does it elsewhere is missing. PostgreSQL 13 to 18; "Streaming Replication Protocol" in its
 * manual.
 *
 * <p>The WAL that the copy needs comes last, in the same stream. Until then a temporary slot of
 * this session keeps it on the server, whatever the copy's length; {@code max_slot_wal_keep_size}
 * bounds what it keeps, and a copy for which that is not enough fails and says so.
 */
public final class BaseBackup {
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** No standby has this name, so it can confirm nothing. */
  private static final String APPLICATION = "holdfast [copy]";

  /** From this version on, options are in parentheses and the stream's messages have a kind. */
  private static final int TYPED_SINCE = 15;

  private static final String GROUP_READS = "0750";

  private final SessionTarget target;
  private final Map<String, String> environment;

  /** Of the server at a target, with libpq's variables. */
  public BaseBackup(SessionTarget target, Map<String, String> environment) {
    this.target = target;
    this.environment = environment;
  }

  /**
   * Makes the copy. It is whole when this returns, but only in the page cache: nothing is synced.
   *
   * @param directory for it, which must not exist
   * @throws HoldfastException db-connect (56), db-query (57), feature-not-supported for a server
   *     with tablespaces, path-create (47) or file-write (64) with whatever of the directory there
   *     is left behind
   */
  public void into(Path directory) {
    into(directory, () -> false);
  }

  /**
   * The same, until nobody wants it any more: then the connection is closed.
   *
   * @throws HoldfastException term (63) when it was
   */
  public void into(Path directory, BooleanSupplier unwanted) {
    try (WireSession session = WireSession.open(target, APPLICATION, CONNECT, environment);
        Abandonment abandonment = Abandonment.of("the copy", unwanted, session::cut)) {
      try {
        copy(session, directory);
      } finally {
        abandonment.check();
      }
    }
  }

  private static void copy(WireSession session, Path directory) {
    boolean typed = session.serverMajor() >= TYPED_SINCE;
    String mode = String.valueOf(session.query("SHOW data_directory_mode").getFirst().getFirst());
    session.query(
        "CREATE_REPLICATION_SLOT holdfast_copy_%d TEMPORARY PHYSICAL RESERVE_WAL"
            .formatted(session.serverProcess()));
    session.send(
        typed
            ? "BASE_BACKUP (LABEL 'holdfast copy', CHECKPOINT 'fast', WAL true, WAIT false)"
            : "BASE_BACKUP LABEL 'holdfast copy' FAST WAL NOWAIT");
    // Where the copy's WAL begins; backup_label has it too.
    session.rows();
    refuseTablespaces(session.rows());
    session.expect(WireSession.COPY_OUT);
    UnpackedArchive archive = new UnpackedArchive(directory, mode.equals(GROUP_READS));
    archive.unpack(new CopyStream(session, typed));
    // The end of the WAL, and then that all of it went well: checksums too.
    session.rows();
    session.finish();
    archive.requireControlFile();
  }

  /** The data directory is the one without a path. */
  private static void refuseTablespaces(List<List<@Nullable String>> tablespaces) {
    for (List<@Nullable String> tablespace : tablespaces) {
      if (tablespace.get(1) != null) {
        throw new HoldfastException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "the server has a tablespace in '"
                + tablespace.get(1)
                + "', and servers with tablespaces cannot be copied so",
            "Install PostgreSQL's pg_basebackup, or do without tablespaces.");
      }
    }
  }
}
