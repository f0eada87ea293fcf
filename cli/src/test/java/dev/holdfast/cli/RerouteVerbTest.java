package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.postgres.process.LocalCluster;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPgbouncer;
import dev.holdfast.testkit.TestPostgres;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The verb as an administrator uses it after a failover by hand. */
class RerouteVerbTest {
  private TestPgbouncer pgbouncer;

  private HoldfastCommand.Outcome reroute(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "--no-config",
                "--pooler-config=" + pgbouncer.configuration(),
                "--pooler-user=" + LocalCluster.SUPERUSER,
                "reroute"));
    command.addAll(List.of(arguments));
    return HoldfastCommand.run(command.toArray(String[]::new));
  }

  private static String at(TestPostgres postgres) {
    return postgres.socketDirectory() + ":" + postgres.port();
  }

  private String portThroughPgbouncer() throws Exception {
    try (Connection connection = pgbouncer.connect("app");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("show port")) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }

  @Test
  void findsThePrimaryAndProvesThatClientsGetThere() throws Exception {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres first =
            TestPostgres.startIn(
                directory, TestPostgres.system(), TestClusterOptions.defaults().named("a"));
        TestPostgres second = first.standby("b");
        TestPgbouncer pooler =
            TestPgbouncer.start(
                directory,
                List.of(
                    "app = dbname=postgres host=%s port=%d"
                        .formatted(first.socketDirectory(), first.port())),
                List.of("pool_mode = transaction"))) {
      pgbouncer = pooler;
      assertThat(portThroughPgbouncer()).isEqualTo(Integer.toString(first.port()));

      assertThat(reroute().exit()).isEqualTo(43);
      assertThat(reroute(at(second)).exit()).isEqualTo(80);
      assertThat(reroute(at(second)).err()).contains("--pooler-database");
      assertThat(reroute("--pooler-database=other", at(second)).err()).contains("It has: app");

      second.sql("select pg_promote()");
      String before = Files.readString(pooler.configuration());
      HoldfastCommand.Outcome both = reroute(at(first), at(second));
      assertThat(both.exit()).isEqualTo(58);
      assertThat(both.err()).contains("more than one server takes writes");
      // The server that the database is at counts too, though it was not named.
      assertThat(reroute("--pooler-database=app", at(second)).exit()).isEqualTo(58);

      first.kill9();
      HoldfastCommand.Outcome dry = reroute("--dry-run", at(first), at(second));
      assertThat(dry.exit()).as("%s", dry).isZero();
      assertThat(dry.out()).contains("would point app at " + at(second));
      assertThat(pooler.configuration()).hasContent(before);

      HoldfastCommand.Outcome done = reroute(at(first), at(second));
      assertThat(done.exit()).as("%s", done).isZero();
      assertThat(done.out())
          .contains(
              at(first) + " does not answer",
              at(second) + " takes writes",
              "a transaction through PgBouncer can write at " + at(second));
      assertThat(portThroughPgbouncer()).isEqualTo(Integer.toString(second.port()));
      assertThat(reroute(at(first), at(second)).exit()).isZero();

      second.kill9();
      HoldfastCommand.Outcome none = reroute(at(first), at(second));
      assertThat(none.exit()).isEqualTo(80);
      assertThat(none.err()).contains("no server takes writes");
    }
  }
}
