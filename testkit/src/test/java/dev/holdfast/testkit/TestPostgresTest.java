package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestPostgresTest {
  @Test
  void everyVersionIsThereAndAnswers() {
    for (int major : TestPostgres.MAJORS) {
      assertThat(TestPostgres.embedded(major).version().major()).isEqualTo(major);
    }
    try (TestPostgres postgres =
        TestPostgres.start(14, TestClusterOptions.defaults().checksums(true, 14))) {
      postgres.load(100);
      assertThat(postgres.sql("show data_checksums")).isEqualTo("on");
      String digest = postgres.loadDigest();
      assertThat(digest).startsWith("100 ");
      postgres.kill9();
      postgres.start();
      assertThat(postgres.loadDigest()).isEqualTo(digest);
      postgres.sql("create database \"odd 'name\"");
      assertThat(postgres.sqlIn("odd 'name", "select current_database()")).isEqualTo("odd 'name");
    }
  }

  @Test
  void theRealPgBackRestBacksItUp() {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres postgres =
            TestPostgres.startIn(directory, TestPostgres.system(), TestClusterOptions.defaults())) {
      TestPgBackRest pgbackrest =
          TestPgBackRest.system(directory)
              .stanza("demo", postgres)
              .repository(1, directory.directory("repo"))
              .option("global", "repo1-retention-full", "2");
      pgbackrest.expect("--stanza=demo", "stanza-create");
      postgres.archiveCommand(pgbackrest.archiveCommand("demo"));
      postgres.load(10);
      pgbackrest.expect("--stanza=demo", "--type=full", "backup");
      assertThat(pgbackrest.expect("--output=json", "info")).contains("\"name\":\"demo\"");
      assertThat(pgbackrest.run("--stanza=other", "check").exit()).isNotZero();
    }
  }
}
