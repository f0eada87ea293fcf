package dev.holdfast.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.process.PostgresInstallation;
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
  void areIncludedByAConfigurationElsewhereUnderTheirWholeName(@TempDir Path etc)
      throws IOException {
    Path main = Files.writeString(etc.resolve("postgresql.conf"), "work_mem = 8MB\n");
    Path hba = Files.writeString(etc.resolve("pg_hba.conf"), "");
    ManagedSettings settings =
        new ManagedSettings(data, Map.of(), new ConfigurationFiles(main, hba));
    settings.takeOver();
    settings.admit("holdfast");
    assertThat(Files.readString(main))
        .isEqualTo("work_mem = 8MB\ninclude_if_exists = '" + data + "/holdfast.conf'\n");
    assertThat(Files.readString(hba)).contains("replication,postgres holdfast");
    assertThat(data.resolve("postgresql.conf")).doesNotExist();
  }

  @Test
  void areIncludedByTheConfigurationThatACopyCarries() throws IOException {
    Files.writeString(
        data.resolve("holdfast.carried.conf"),
        """
        # comment
        archive_command = '/nowhere/push %p'
        log_directory = '/nowhere/at/all'
        ssl = 'on'
        ssl_key_file = '/nowhere/server.key'
        work_mem = '8192'
        """);
    Files.writeString(data.resolve("holdfast.carried.hba"), "local all all peer\n");
    settings().takeOver();
    assertThat(read("postgresql.conf"))
        .isEqualTo(
            """
            # comment
            archive_command = '/nowhere/push %p'
            # not on this host: log_directory = '/nowhere/at/all'
            ssl = 'on'
            # not on this host: ssl_key_file = '/nowhere/server.key'
            work_mem = '8192'
            ssl = 'off'
            include_if_exists = 'holdfast.conf'
            """);
    assertThat(read("pg_hba.conf")).isEqualTo("local all all peer\n");
  }

  @Test
  void areFoundWhereTheLastStartHadTheConfiguration(@TempDir Path etc) throws IOException {
    PostgresInstallation postgres = PostgresInstallation.newest().orElseThrow();
    assertThat(ConfigurationFiles.find(postgres, data)).isEqualTo(ConfigurationFiles.in(data));
    Path main = etc.resolve("postgresql.conf");
    Files.writeString(main, "hba_file = '/elsewhere/hba'\nident_file = '/elsewhere/ident'\n");
    Files.writeString(
        data.resolve("postmaster.opts"),
        "/usr/bin/postgres \"-D\" \"" + data + "\" \"-c\" \"config_file=" + main + "\"\n");
    assertThat(ConfigurationFiles.find(postgres, data).main()).isEqualTo(main);
    Files.writeString(data.resolve("postgresql.conf"), "");
    assertThat(ConfigurationFiles.find(postgres, data)).isEqualTo(ConfigurationFiles.in(data));
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
