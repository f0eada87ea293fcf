package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherManagersTest {
  @TempDir Path directory;

  @Test
  void oneIsKnownByWhatItLeavesInTheDataDirectory() throws IOException {
    OtherManagers managers = new OtherManagers(directory);
    assertThatCode(managers::refuse).doesNotThrowAnyException();
    Files.createFile(directory.resolve("postgresql-auto-failover.conf"));
    assertThatThrownBy(managers::refuse)
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("pg_auto_failover manages this PostgreSQL");
  }

  @Test
  void oneIsKnownByAProcessWhoseConfigurationNamesTheDataDirectoryAndNoOther()
      throws IOException, InterruptedException {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path other = Files.createDirectory(directory.resolve("other"));
    Path file = Files.writeString(directory.resolve("patroni.yml"), "data_dir: " + data + "\n");
    // Its words are patroni's, until it reads an end of file.
    Process patroni =
        new ProcessBuilder("bash", "-c", "exec -a patroni sh -c 'echo; read end; :' " + file)
            .start();
    try (BufferedReader said = patroni.inputReader(StandardCharsets.UTF_8)) {
      said.readLine();
      assertThatThrownBy(new OtherManagers(data)::refuse)
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining("Patroni manages this PostgreSQL: process " + patroni.pid());
      assertThatCode(new OtherManagers(other)::refuse).doesNotThrowAnyException();
    } finally {
      patroni.getOutputStream().close();
      patroni.waitFor();
    }
  }
}
