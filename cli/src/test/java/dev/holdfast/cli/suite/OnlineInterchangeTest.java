package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestPostgres;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A running cluster whose WAL and backups come from both programs in turns: PostgreSQL starts on
 * what either of them restores, with the rows that were there.
 */
class OnlineInterchangeTest {
  @Test
  void postgresStartsOnWhatBothProgramsMadeTogether() {
    turns(Program.HOLDFAST);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void postgresStartsOnWhatBothProgramsMadeTogetherWhoeverBegins(Program first) {
    turns(first);
  }

  private static void turns(Program first) {
    try (Site site = BadDaysTest.encrypted();
        TestPostgres postgres =
            TestPostgres.startIn(
                site.directory(), TestPostgres.system(), TestClusterOptions.defaults())) {
      site.option("repo1-bundle", "y").option("compress-type", "lz4").cluster(postgres);
      site.works(first, "stanza-create");
      Map<String, String> digests = new LinkedHashMap<>();
      Program turn = first;
      for (String type : List.of("full", "diff", "incr")) {
        postgres.archiveCommand(site.archiveCommand(turn.other()));
        site.works(turn.other(), "check");
        postgres.load(300);
        site.works(turn, "backup", "--type=" + type);
        digests.put(site.newestLabel(), postgres.loadDigest());
        turn = turn.other();
      }
      postgres.stop();
      site.pgbackrestVerifies();
      site.holdfastVerifies();
      for (Map.Entry<String, String> backup : digests.entrySet()) {
        assertThat(site.rows(turn, backup.getKey())).isEqualTo(backup.getValue());
        turn = turn.other();
      }
    }
  }
}
