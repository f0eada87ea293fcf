package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.replication.ReloadProof;
import dev.holdfast.postgres.session.SessionTarget;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process on which commits depend, and that has not read its settings, is not overlooked. */
class ReloadProofTest {
  private static final Duration ENOUGH = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static ReloadProof proof(TestPostgres postgres) {
    return new ReloadProof(
        new SessionTarget(
            postgres.socketDirectory().toString(), postgres.port(), "postgres", "postgres"),
        Map.of());
  }

  private static void signal(String name, String pid) {
    assertThat(ExternalProgram.run(List.of("kill", "-" + name, pid), Map.of(), ENOUGH).succeeded())
        .isTrue();
  }

  /** The proof fails while the process stands still, and is there once it goes on. */
  private static void waitsFor(TestPostgres postgres, String pid, int version) {
    postgres.configure("holdfast.version = '" + version + "'");
    signal("STOP", pid);
    try {
      assertThatThrownBy(() -> proof(postgres).reload(version, "", SHORT))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("[" + pid + "]");
    } finally {
      signal("CONT", pid);
    }
    proof(postgres).reload(version, "", ENOUGH);
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void theCheckpointerHasToHaveReadThem(int major) {
    try (TestPostgres postgres = TestPostgres.start(major)) {
      postgres.configure("holdfast.version = '1'");
      proof(postgres).reload(1, "", ENOUGH);
      waitsFor(
          postgres,
          postgres.sql("select pid from pg_stat_activity where backend_type = 'checkpointer'"),
          2);
    }
  }

  @Test
  void everyWalSenderHasToHaveReadThem() {
    try (TestDirectory directory = TestDirectory.create();
        TestPostgres postgres =
            TestPostgres.startIn(
                directory, TestPostgres.system(), TestClusterOptions.defaults().named("a"));
        TestPostgres standby = postgres.standby("b")) {
      assertThat(standby.sql("select pg_is_in_recovery()")).isEqualTo("t");
      waitsFor(postgres, postgres.sql("select pid from pg_stat_replication"), 1);
    }
  }

  @Test
  void whatAlterSystemSaysOfWhoConfirmsIsNoticed() {
    try (TestPostgres postgres = TestPostgres.start(18)) {
      postgres.configure("holdfast.version = '1'", "synchronous_standby_names = 'ANY 1 (node_2)'");
      postgres.sql("alter system set synchronous_standby_names = ''");
      assertThatThrownBy(() -> proof(postgres).reload(1, "ANY 1 (node_2)", SHORT))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("synchronous_standby_names is ''");
      postgres.sql("alter system reset synchronous_standby_names");
      proof(postgres).reload(1, "ANY 1 (node_2)", ENOUGH);
    }
  }

  @Test
  void settingsThatAreNotReadAtAllAreNoticed() {
    try (TestPostgres postgres = TestPostgres.start(18)) {
      assertThatThrownBy(() -> proof(postgres).reload(5, "", SHORT))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("version 0 of our settings instead of 5");
    }
  }
}
