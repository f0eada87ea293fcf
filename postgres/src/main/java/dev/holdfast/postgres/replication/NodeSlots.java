package dev.holdfast.postgres.replication;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.postgres.session.Queries;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server's physical replication slots of which each keeps the WAL that one other node of the
 * cluster needs: {@code holdfast_3} for node 3. All other slots are somebody else's, and are
 * neither shown nor touched here.
 *
 * <p>"Replication Slots" and {@code pg_replication_slots} in PostgreSQL's manual; 13 to 18.
 */
public final class NodeSlots {
  private static final String PREFIX = "holdfast_";

  private final Queries queries;

  /** Of the server that these queries go to. */
  NodeSlots(Queries queries) {
    this.queries = queries;
  }

  /**
   * One of them.
   *
   * @param node for whom it keeps WAL
   * @param restart from where it keeps it; empty when it keeps none
   * @param active whether somebody streams through it
   * @param lost whether it was behind by more than {@code max_slot_wal_keep_size}: it keeps nothing
   *     any more, and never will
   */
  public record Slot(int node, Optional<Lsn> restart, boolean active, boolean lost) {}

  /**
   * The last checkpoint, of a standby the last restart point.
   *
   * @param record where its record begins
   * @param redo from where on WAL is needed to go on from it
   */
  public record Checkpoint(Lsn record, Lsn redo) {}

  /** The name of the slot for a node. */
  public static String name(int node) {
    return PREFIX + node;
  }

  /** The slots that there are, by the number of their node; any role may ask. */
  public Map<Integer, Slot> all() {
    Map<Integer, Slot> slots = new HashMap<>();
    for (List<@Nullable String> row :
        queries.rows(
            """
            select substr(slot_name, length('%1$s') + 1), restart_lsn::text, active::text,
              (coalesce(wal_status, 'lost') = 'lost')::text
            from pg_replication_slots
            where slot_type = 'physical' and not temporary
              and slot_name ~ '^%1$s[1-9][0-9]{0,8}$'
            """
                .formatted(PREFIX))) {
      int node = Integer.parseInt(Queries.known(row, 0));
      slots.put(
          node,
          new Slot(
              node,
              Optional.ofNullable(row.get(1)).map(Lsn::parse),
              Boolean.parseBoolean(row.get(2)),
              Boolean.parseBoolean(row.get(3))));
    }
    return slots;
  }

  /**
   * Makes one, which keeps WAL at once: from where the server would go on after a crash, before
   * which it need not have any.
   *
   * @throws HoldfastException db-query (57), for example when there are {@code
   *     max_replication_slots} already
   */
  public void create(int node) {
    queries.row("select pg_create_physical_replication_slot('" + name(node) + "', true)::text");
  }

  /**
   * Removes one.
   *
   * @throws HoldfastException db-query (57), for example while somebody streams through it
   */
  public void drop(int node) {
    queries.row("select pg_drop_replication_slot('" + name(node) + "')::text");
  }

  /**
   * Has one keep less: from this position on, or from where a standby has replayed to, whichever is
   * earlier.
   *
   * @param to not before where it is
   */
  public void advance(int node, Lsn to) {
    queries.row("select pg_replication_slot_advance('" + name(node) + "', '" + to + "')::text");
  }

  /** How far those who stream from this server have said that their WAL is durable, by name. */
  public Map<String, Lsn> flushed() {
    Map<String, Lsn> flushed = new HashMap<>();
    for (List<@Nullable String> row :
        queries.rows(
            """
            select application_name, min(flush_lsn)::text from pg_stat_replication
            where flush_lsn is not null group by application_name
            """)) {
      flushed.put(Queries.known(row, 0), Lsn.parse(Queries.known(row, 1)));
    }
    return flushed;
  }

  /** Up to where a primary's WAL is durable, and up to where a standby has replayed it. */
  public Lsn end() {
    return Lsn.parse(
        queries.text(
            """
            select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
              else pg_current_wal_flush_lsn() end)::text
            """));
  }

  /** The server's last checkpoint. */
  public Checkpoint checkpoint() {
    List<@Nullable String> row =
        queries.row("select checkpoint_lsn::text, redo_lsn::text from pg_control_checkpoint()");
    return new Checkpoint(Lsn.parse(Queries.known(row, 0)), Lsn.parse(Queries.known(row, 1)));
  }

  /** Whether {@code max_slot_wal_keep_size} bounds what slots keep. */
  boolean areBounded() {
    return !queries.text("select current_setting('max_slot_wal_keep_size')").equals("-1");
  }

  /**
   * Whether somebody has set {@code max_slot_wal_keep_size}.
   *
   * @param file whose word does not count
   */
  boolean isBoundChosenOutside(String file) {
    return queries.bool(
        """
        select exists (select from pg_file_settings
            where name = 'max_slot_wal_keep_size' and right(sourcefile, %d) <> '/%s')
          or exists (select from pg_settings
            where name = 'max_slot_wal_keep_size' and source in ('command line', 'environment variable'))
        """
            .formatted(file.length() + 1, file));
  }

  /** Has the server read its settings again; sessions that begin later have them. */
  void reload() {
    queries.row("select pg_reload_conf()");
  }
}
