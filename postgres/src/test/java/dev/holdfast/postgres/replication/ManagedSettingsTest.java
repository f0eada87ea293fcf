package dev.holdfast.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagedSettingsTest {
  @TempDir private Path data;

  private ManagedSettings settings() {
    return new ManagedSettings(data, Map.of("port", "5433", "listen_addresses", "it's"));
  }

  private String read(String name) throws IOException {
    return Files.readString(data.resolve(name));
  }

  @Test
  void areIncludedLastAndOnce() throws IOException {
    Files.writeString(data.resolve("postgresql.conf"), "work_mem = 8MB\n");
    settings().takeOver();
    settings().takeOver();
    assertThat(read("postgresql.conf"))
        .isEqualTo("work_mem = 8MB\ninclude_if_exists = 'holdfast.conf'\n");
    Files.writeString(
        data.resolve("postgresql.conf"), read("postgresql.conf") + "primary_conninfo = 'mine'\n");
    settings().takeOver();
    assertThat(read("postgresql.conf"))
        .isEqualTo(
            "work_mem = 8MB\nprimary_conninfo = 'mine'\ninclude_if_exists = 'holdfast.conf'\n");
  }

  @Test
  void takeWhatTheyOwnOutOfWhatAlterSystemWrote() throws IOException {
    Files.writeString(data.resolve("postgresql.conf"), "");
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        "# Do not edit\nwork_mem = '4MB'\nsynchronous_standby_names = '*'\nport=1\n");
    settings().takeOver();
    assertThat(read("postgresql.auto.conf")).isEqualTo("# Do not edit\nwork_mem = '4MB'\n");
  }

  @Test
  void refuseAClusterWhoseConfigurationIsElsewhere() {
    assertThatThrownBy(() -> settings().takeOver())
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("postgresql.conf");
  }

  @Test
  void sayWhoConfirmsAndWhomToFollow() throws IOException {
    settings().write(7, "ANY 1 (node_2, node_3)", 1, 0);
    assertThat(read("holdfast.conf"))
        .contains(
            "port = '5433'",
            "listen_addresses = 'it''s'",
            "holdfast.version = '7'",
            "synchronous_standby_names = 'ANY 1 (node_2, node_3)'",
            "primary_conninfo = ''");
    assertThat(settings().synchronousStandbyNames()).isEqualTo("ANY 1 (node_2, node_3)");
    settings().write(0, "", 2, 1);
    assertThat(read("holdfast.conf"))
        .contains(
            "primary_conninfo = 'service=holdfast_node_1 application_name=node_2'",
            "synchronous_standby_names = ''");
    assertThat(settings().synchronousStandbyNames()).isEmpty();
  }

  @Test
  void makeAStandbyOrAPrimary() throws IOException {
    Files.writeString(data.resolve("recovery.signal"), "");
    settings().standby(true);
    assertThat(settings().standby()).isTrue();
    assertThat(data.resolve("recovery.signal")).doesNotExist();
    settings().standby(false);
    assertThat(settings().standby()).isFalse();
  }

  @Test
  void letTheNodesInOnce() throws IOException {
    Files.writeString(data.resolve("pg_hba.conf"), "local all all peer\n");
    settings().admit("holdfast");
    settings().admit("holdfast");
    assertThat(read("pg_hba.conf").lines().filter(line -> line.startsWith("host replication")))
        .containsExactly("host replication,postgres holdfast all scram-sha-256");
    assertThat(read("pg_hba.conf")).endsWith("local all all peer\n");
  }
}
