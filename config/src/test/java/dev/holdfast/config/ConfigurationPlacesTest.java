package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationPlacesTest {
  private static final String OURS = "/etc/holdfast/holdfast.conf";
  private static final String THEIRS = "/etc/pgbackrest/pgbackrest.conf";
  private static final String OLD = "/etc/pgbackrest.conf";

  private final Calls calls = new Calls();

  private Calls file(String name, int processMax) {
    return calls.file(name, "[global]\nprocess-max=" + processMax + "\n");
  }

  private int read(String... more) {
    String[] words = new String[more.length + 1];
    words[0] = "verify";
    System.arraycopy(more, 0, words, 1, more.length);
    calls.variable("HOLDFAST_STANZA", "main");
    return calls.load(words).integer("process-max");
  }

  @Test
  void withoutAnyFileTheDefaultsHold() {
    assertThat(read()).isEqualTo(1);
  }

  @Test
  void oursIsReadInsteadOfPgBackRests() {
    file(OLD, 2);
    assertThat(read()).isEqualTo(2);
    file(THEIRS, 3);
    assertThat(read()).isEqualTo(3);
    file(OURS, 4);
    assertThat(read()).isEqualTo(4);
  }

  @Test
  void includedFilesOfOursAreEnoughToPassOverPgBackRests() {
    file(THEIRS, 3);
    file("/etc/holdfast/conf.d/a.conf", 5);
    assertThat(read()).isEqualTo(5);
  }

  @Test
  void includedFilesAreReadInOrderAndOnlyIfTheyEndInConf() {
    calls.file("/etc/pgbackrest/conf.d/b.conf", "[global:verify]\nprocess-max=3\n");
    calls.file("/etc/pgbackrest/conf.d/a.conf", "[global]\nprocess-max=2\n");
    calls.file("/etc/pgbackrest/conf.d/c.conf.off", "this is not read");
    calls.file("/etc/pgbackrest/conf.d/.conf", "neither is this");
    assertThat(read()).isEqualTo(3);
  }

  @Test
  void aNamedFileIsTheOnlyOneAndHasToExist() {
    file(THEIRS, 3);
    file("/etc/pgbackrest/conf.d/a.conf", 4);
    file("/my.conf", 5);
    assertThat(read("--config=/my.conf")).isEqualTo(5);
    assertThat(calls.error("verify", "--config=/none.conf"))
        .isEqualTo("[055]: the configuration file '/none.conf' does not exist");
  }

  @Test
  void aNamedDirectoryHoldsTheFileAndItsIncludes() {
    file(THEIRS, 3);
    file("/my/pgbackrest.conf", 4);
    assertThat(read("--config-path=/my")).isEqualTo(4);
    file("/my/holdfast.conf", 5);
    assertThat(read("--config-path=/my/")).isEqualTo(5);
    assertThat(read("--config-path=/none")).isEqualTo(1);
    calls.file("/my/conf.d/x.conf", "[global:verify]\nprocess-max=6");
    assertThat(read("--config-path=/my")).isEqualTo(6);
    assertThat(read("--config-path=/my", "--no-config")).isEqualTo(6);
  }

  @Test
  void aNamedDirectoryOfIncludesIsAddedAndHasToExist() {
    file(THEIRS, 3);
    calls.file("/inc/x.conf", "[global:verify]\nprocess-max=6");
    assertThat(read("--config-include-path=/inc")).isEqualTo(6);
    file("/my.conf", 5);
    assertThat(read("--config=/my.conf", "--config-include-path=/inc")).isEqualTo(6);
    assertThat(read("--no-config", "--config-include-path=/inc")).isEqualTo(6);
    assertThat(calls.error("verify", "--config-include-path=/none"))
        .isEqualTo("[073]: the directory of configuration files '/none' does not exist");
  }

  @Test
  void noConfigReadsNothing() {
    file(THEIRS, 3);
    file("/etc/pgbackrest/conf.d/a.conf", 4);
    assertThat(read("--no-config")).isEqualTo(1);
  }

  @Test
  void placesMayBeNamedInTheEnvironment() {
    file("/my.conf", 5);
    calls.variable("PGBACKREST_CONFIG", "/my.conf");
    assertThat(read()).isEqualTo(5);
  }

  @Test
  void eachFileMustBeginWithASectionOfItsOwn() {
    file(THEIRS, 3);
    calls.file("/etc/pgbackrest/conf.d/a.conf", "process-max=4");
    assertThat(calls.error("verify", "--stanza=main"))
        .isEqualTo(
            "[029]: /etc/pgbackrest/conf.d/a.conf:1: the line stands before the first section\n"
                + "HINT: Begin with a line such as [global].");
  }

  @Test
  void readsRealFiles(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("pgbackrest.conf"), "[global]\nprocess-max=2\n");
    Path included = Files.createDirectory(directory.resolve("conf.d"));
    Files.writeString(included.resolve("a.conf"), "[global:verify]\r\nprocess-max = 3 \r\n");
    ConfigurationLoader loader = new ConfigurationLoader(Map.of(), ConfigurationFiles.ofHost());
    Options options = loader.load(List.of("verify", "--stanza=main", "--config-path=" + directory));
    assertThat(options.integer("process-max")).isEqualTo(3);
    assertThat(options.source("process-max")).hasToString(included.resolve("a.conf") + ":2");
  }

  @Test
  void saysThatAFileCannotBeRead(@TempDir Path directory) {
    ConfigurationLoader loader = new ConfigurationLoader(Map.of(), ConfigurationFiles.ofHost());
    HoldfastException e =
        Assertions.catchThrowableOfType(
            HoldfastException.class,
            () -> loader.load(List.of("verify", "--stanza=main", "--config=" + directory)));
    assertThat(e.code()).isEqualTo(ErrorCode.FILE_OPEN);
  }
}
