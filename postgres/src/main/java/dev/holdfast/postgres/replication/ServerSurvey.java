package dev.holdfast.postgres.replication;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.session.Connector;
import dev.holdfast.postgres.session.Queries;
import dev.holdfast.postgres.session.SessionTarget;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a running server is set up, before a keeper has anything to do with it.
 *
 * @param settings the ones that matter to a keeper, as {@code SHOW} shows them
 * @param systemIdentifier the cluster's own, decimal
 * @param recovery whether it is a standby
 * @param upstream whom a standby streams from, {@code HOST:PORT}; empty when it does not
 * @param standbys who streams from it, with where from and how they confirm
 * @param slots its replication slots
 * @param tablespaces besides PostgreSQL's own
 * @param restartPending settings that wait for a restart already
 */
public record ServerSurvey(
    Map<String, String> settings,
    String systemIdentifier,
    boolean recovery,
    Optional<String> upstream,
    List<String> standbys,
    List<String> slots,
    List<String> tablespaces,
    List<String> restartPending) {

  private static final String NAMES =
      "'is_superuser', 'server_version', 'data_directory', 'config_file', 'hba_file', 'port',"
          + " 'listen_addresses', 'unix_socket_directories', 'wal_level', 'max_wal_senders',"
          + " 'hot_standby', 'wal_log_hints', 'data_checksums', 'full_page_writes',"
          + " 'synchronous_standby_names', 'synchronous_commit', 'shared_preload_libraries'";

  /** Copies. */
  public ServerSurvey {
    settings = Map.copyOf(settings);
    standbys = List.copyOf(standbys);
    slots = List.copyOf(slots);
    tablespaces = List.copyOf(tablespaces);
    restartPending = List.copyOf(restartPending);
  }

  /**
   * Looks.
   *
   * @param timeout how long connecting and an answer may take
   * @throws HoldfastException db-connect (56), db-query (57)
   */
  public static ServerSurvey of(SessionTarget target, Duration timeout) {
    Connection connection = Connector.connectImpatiently(target, timeout, Map.of());
    try {
      ServerSurvey survey = of(new Queries(connection, timeout));
      Connector.close(connection);
      return survey;
    } catch (HoldfastException e) {
      Connector.abandon(connection, e);
      throw e;
    }
  }

  private static ServerSurvey of(Queries queries) {
    queries.run("set search_path = 'pg_catalog'; set application_name = 'holdfast [adopt]'");
    Map<String, String> settings = new HashMap<>();
    for (List<@Nullable String> row :
        queries.rows(
            "select name, current_setting(name) from unnest(array["
                + NAMES
                + "]) as name where current_setting(name, true) is not null")) {
      settings.put(Queries.known(row, 0), Queries.known(row, 1));
    }
    return new ServerSurvey(
        settings,
        queries.text("select system_identifier::text from pg_control_system()"),
        queries.bool("select pg_is_in_recovery()"),
        texts(
                queries,
                "select concat(sender_host, ':', sender_port) from pg_stat_wal_receiver"
                    + " where sender_host is not null")
            .stream()
            .findFirst(),
        texts(
            queries,
            "select concat(application_name, ' (', coalesce(host(client_addr), 'local'), ', ',"
                + " sync_state, ')') from pg_stat_replication order by 1"),
        texts(queries, "select slot_name::text from pg_replication_slots order by 1"),
        texts(queries, "select spcname::text from pg_tablespace where oid >= 16384 order by 1"),
        texts(queries, "select name from pg_settings where pending_restart order by 1"));
  }

  private static List<String> texts(Queries queries, String sql) {
    List<String> texts = new ArrayList<>();
    queries.rows(sql).forEach(row -> texts.add(Queries.known(row, 0)));
    return texts;
  }

  /** A setting; empty text where this version has none of that name. */
  public String setting(String name) {
    return settings.getOrDefault(name, "");
  }
}
