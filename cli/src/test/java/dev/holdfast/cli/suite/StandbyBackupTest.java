package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import org.junit.jupiter.api.Test;

/**
 * Backups whose relation files come from a standby that Holdfast itself restored: pgBackRest
 * restores them, and PostgreSQL starts with the primary's rows.
 */
class StandbyBackupTest {
  @Test
  void danger17_aStandbyGivesTheRelationFilesAndThePrimaryTheRest() {
    try (Site site = BadDaysTest.encrypted();
        TestPostgres primary =
            TestPostgres.startIn(
                site.directory(), TestPostgres.system(), TestClusterOptions.defaults())) {
      site.option("repo1-bundle", "y")
          .option("compress-type", "lz4")
          .option("start-fast", "y")
          .option("log-level-console", "detail")
          .cluster(primary);
      primary.archiveCommand(site.archiveCommand(Program.HOLDFAST));
      site.oursWorks("stanza-create");
      primary.load(300);
      site.oursWorks("backup", "--type=full");
      try (TestPostgres standby = standby(site, primary)) {
        site.pgbackrest()
            .option(Site.STANZA, "pg2-path", standby.pgdata().toString())
            .option(Site.STANZA, "pg2-port", Integer.toString(standby.port()))
            .option(Site.STANZA, "pg2-socket-path", standby.socketDirectory().toString())
            .option(Site.STANZA, "pg2-user", "postgres");
        primary.load(300);
        String digest = primary.loadDigest();
        String relation = "/" + primary.sql("select pg_relation_filepath('load')");
        Outcome outcome = site.oursWorks("backup", "--type=incr", "--backup-standby=y");
        assertThat(outcome.out())
            .contains(standby.pgdata() + relation)
            .doesNotContain(primary.pgdata() + relation)
            .contains(primary.pgdata() + "/global/pg_control");
        assertRows(site, digest);

        standby.stop();
        Outcome refused = site.ours("backup", "--type=incr", "--backup-standby=y");
        assertThat(refused.exit()).isEqualTo(ErrorCode.DB_CONNECT.number());
        assertThat(refused.err()).contains("unable to find a standby");
        primary.load(10);
        Outcome preferred = site.oursWorks("backup", "--type=incr", "--backup-standby=prefer");
        assertThat(preferred.out() + preferred.err())
            .contains("using primary instead")
            .contains(primary.pgdata() + relation);
      }
      assertRows(site, primary.loadDigest());
      site.pgbackrestVerifies();
    }
  }

  private static TestPostgres standby(Site site, TestPostgres primary) {
    site.oursWorks(
        "restore",
        "--type=standby",
        "--pg1-path=" + site.directory().directory("standby"),
        "--recovery-option=primary_conninfo=host=%s port=%d user=postgres"
            .formatted(primary.socketDirectory(), primary.port()));
    return TestPostgres.existing(site.directory(), TestPostgres.system(), "standby").start();
  }

  /** What pgBackRest restores of the newest backup. */
  private static void assertRows(Site site, String digest) {
    String target = site.directory().directory("copy").toString();
    site.theirsWorks(
        "restore",
        "--type=immediate",
        "--target-action=promote",
        "--archive-mode=off",
        "--pg1-path=" + target);
    try (TestPostgres copy =
        TestPostgres.existing(site.directory(), TestPostgres.system(), "copy")) {
      assertThat(copy.start().loadDigest()).isEqualTo(digest);
    } finally {
      site.directory().run("rm", "-rf", target);
    }
  }
}
