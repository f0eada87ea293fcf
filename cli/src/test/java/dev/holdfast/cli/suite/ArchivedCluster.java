package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running PostgreSQL 15 that Holdfast archives. Its table {@code notes} tells by its rows up to
 * where a copy was recovered.
 */
final class ArchivedCluster implements AutoCloseable {
  /**
   * Notes where the commit record begins that makes a row visible: the insert position right before
   * the commit. All in the server, so that hardly anything else gets between.
   */
  private static final String NOTE =
      """
      do $$
      declare
        transaction xid8;
        before_commit pg_lsn;
      begin
        insert into notes (note) values ('%1$s');
        transaction := pg_current_xact_id();
        before_commit := pg_current_wal_insert_lsn();
        commit;
        update notes
        set xid = transaction::text, commit_record = before_commit,
            committed = pg_xact_commit_timestamp(transaction::xid)
        where note = '%1$s';
      end $$
      """;

  private static final long PATIENCE_SECONDS = 60;

  private final Site site;
  private final TestPostgres postgres;

  private ArchivedCluster(Site site, TestPostgres postgres) {
    this.site = site;
    this.postgres = postgres;
  }

  /** Makes one, with its stanza, in the site. */
  static ArchivedCluster start(Site site) {
    TestPostgres postgres =
        TestPostgres.startIn(
            site.directory(),
            TestPostgres.system(),
            TestClusterOptions.defaults().setting("track_commit_timestamp = on"));
    ArchivedCluster cluster = new ArchivedCluster(site, postgres);
    site.cluster(postgres);
    site.oursWorks("stanza-create");
    postgres.archiveCommand(site.archiveCommand(Program.HOLDFAST));
    postgres.sql(
        "create table notes (id serial primary key, note text, xid text, commit_record pg_lsn,"
            + " committed timestamptz)");
    return cluster;
  }

  /** A copy of it in the site, restored but not started, on which the same questions work. */
  static ArchivedCluster restored(Site site, String name) {
    return new ArchivedCluster(
        site, TestPostgres.existing(site.directory(), TestPostgres.system(), name));
  }

  TestPostgres postgres() {
    return postgres;
  }

  /** Adds a row, in a transaction of its own. */
  void note(String note) {
    postgres.sql(NOTE.formatted(note));
  }

  /** What is known of a row: {@code xid}, {@code commit_record} or {@code committed}. */
  String about(String note, String column) {
    return postgres.sql(
        "set timezone = 'UTC'; select %s::text from notes where note = '%s'"
            .formatted(column, note));
  }

  /** All notes, in their order, with a space between. */
  String notes() {
    return postgres.sql("select string_agg(note, ' ' order by id) from notes");
  }

  /** Makes a backup; gives its label. */
  String backup(String type, String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "backup";
    all[1] = "--type=" + type;
    System.arraycopy(options, 0, all, 2, options.length);
    String out = site.oursWorks(all).out();
    Matcher label = Pattern.compile("new backup label = (\\S+)").matcher(out);
    assertThat(label.find()).as(out).isTrue();
    return label.group(1);
  }

  /** Waits until recovery has ended and it takes writes. */
  ArchivedCluster untilPromoted() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!postgres.sql("select pg_is_in_recovery() from pg_sleep(0.05)").equals("f")) {
      assertThat(System.nanoTime()).as(postgres.cluster().log()).isLessThan(end);
    }
    return this;
  }

  /** Waits, in recovery, until a row is there. */
  void untilNoted(String note) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String query = "select count(*) from notes, pg_sleep(0.05) where note = '" + note + "'";
    while (!postgres.sql(query).equals("1")) {
      assertThat(System.nanoTime()).as(postgres.cluster().log()).isLessThan(end);
    }
  }

  @Override
  public void close() {
    postgres.close();
  }
}
