package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** archive_command reads the same file as everything else: what it can pass over, it does. */
class FileWarningsTest {
  private static final String FILE = "/etc/pgbackrest/pgbackrest.conf";
  private final Calls calls = Calls.withMain();

  private String[] push() {
    return new String[] {"archive-push", "--stanza=main", "pg_wal/000000010000000000000001"};
  }

  private String warning() {
    assertThat(calls.warnings(push())).hasSize(1);
    return calls.warnings(push()).get(0);
  }

  @Test
  void anUnknownOptionIsIgnored() {
    calls.more("[global]\nproces-max=4");
    assertThat(warning())
        .isEqualTo(
            FILE
                + ":9: there is no option 'proces-max'; it is ignored\n"
                + "HINT: Did you mean 'process-max'?");
  }

  @Test
  void anUnknownVariableIsIgnored() {
    calls.variable("PGBACKREST_PROCES_MAX", "4");
    assertThat(warning())
        .isEqualTo(
            "environment variable PGBACKREST_PROCES_MAX: there is no option 'proces-max'; "
                + "it is ignored\nHINT: Did you mean 'process-max'?");
  }

  @Test
  void variablesOfTheLauncherAreNoOptions() {
    calls.variable("HOLDFAST_JAVA_HOME", "/java");
    assertThat(calls.warnings(push())).isEmpty();
  }

  @Test
  void anInvalidValueGivesWayToTheDefault() {
    calls.more("[global]\nprocess-max=many\ncompress-type=zip\narchive-async=yes");
    assertThat(calls.warnings(push()))
        .containsExactly(
            FILE
                + ":10: option 'compress-type' cannot be 'zip'; the default gz holds\n"
                + "HINT: Allowed are none, bz2, gz, lz4, zst.",
            FILE
                + ":9: option 'process-max' cannot be 'many'; the default 1 holds\n"
                + "HINT: Write a whole number.",
            FILE + ":11: option 'archive-async' must be y or n, it is 'yes'; the default n holds");
    Options options = calls.load(push());
    assertThat(options.integer("process-max")).isEqualTo(1);
    assertThat(options.string("compress-type")).isEqualTo("gz");
    assertThat(options.integer("compress-level")).isEqualTo(6);
  }

  @Test
  void anInvalidLimitOfTheQueueDropsNoWal() {
    calls.more("[global]\narchive-push-queue-max=1 gigabyte");
    assertThat(warning()).contains("it is ignored");
    assertThat(calls.load(push()).optionalBytes("archive-push-queue-max")).isEmpty();
  }

  @Test
  void anInvalidValueOfTheWrongRepositoryIsAnError() {
    calls.more("[global]\nrepo1-cipher-type=aes");
    assertThat(calls.error(push()))
        .isEqualTo(
            "[032]: "
                + FILE
                + ":9: option 'repo1-cipher-type' cannot be 'aes'\n"
                + "HINT: Allowed are none, aes-256-cbc.");
  }

  @Test
  void anInvalidValueOfAnotherVerbDoesNotMatter() {
    calls.more("[global]\nrepo1-retention-diff=some\nexpire-auto=maybe");
    assertThat(calls.warnings(push())).isEmpty();
    assertThat(calls.error("expire", "--stanza=main")).contains("repo1-retention-diff");
  }

  @Test
  void anEmptyValueIsIgnoredOrAnError() {
    calls.more("[global]\nprocess-max=");
    assertThat(warning())
        .isEqualTo(FILE + ":9: option 'process-max' has an empty value; it is ignored");
    calls.more("[global]\nrepo2-path=");
    assertThat(calls.error(push()))
        .isEqualTo("[032]: " + FILE + ":11: option 'repo2-path' has an empty value");
  }

  @Test
  void anOptionInTheWrongSectionIsIgnored() {
    calls.more(
        """
        [global]
        pg1-path=/other
        stanza=main
        no-archive-async=y
        [global:archive-push]
        start-fast=y
        """);
    assertThat(calls.warnings(push()))
        .containsExactly(
            FILE
                + ":13: option 'start-fast' is not an option of the verb 'archive-push'; "
                + "it is ignored",
            FILE + ":9: option 'pg1-path' belongs into the section of a stanza; it is ignored",
            FILE + ":10: option 'stanza' is only for the command line; it is ignored",
            FILE
                + ":11: option 'no-archive-async' is only for the command line, "
                + "in a file write =n; it is ignored");
    assertThat(calls.load(push()).path("pg-path")).hasToString("/pg");
  }

  @Test
  void anOptionSetTwiceHasItsLastValueOrIsAnError() {
    calls.more("[global]\nprocess-max=2\nprocess-max=3");
    assertThat(warning())
        .isEqualTo(
            FILE + ":10: option 'process-max' was already set at " + FILE + ":9; this one counts");
    assertThat(calls.load(push()).integer("process-max")).isEqualTo(3);
    calls.more("[global]\nrepo1-path=/elsewhere");
    assertThat(calls.error(push()))
        .isEqualTo("[031]: " + FILE + ":12: option 'repo1-path' was already set at " + FILE + ":2");
  }

  @Test
  void aSectionForNoVerbIsIgnored() {
    calls.more("[main:bakcup]\nprocess-max=2\n[global:server]\ntls-server-port=1");
    assertThat(warning())
        .isEqualTo(
            FILE + ":9: section '[main:bakcup]' is for a verb that does not exist; it is ignored");
  }

  @Test
  void optionsOfCommandsThatOnlyPgBackRestHasAreAccepted() {
    calls.more("[global]\ntls-server-address=*\ntls-server-auth=client=main");
    assertThat(calls.warnings(push())).isEmpty();
  }

  @Test
  void aWordThatMayBeAPassphraseIsNotRepeated() {
    calls.more("[global]\nU2VjcmV0UGFzcw==");
    assertThat(warning()).doesNotContain("U2Vj");
  }

  @Test
  void somethingMissingIsSaidAtBackup() {
    calls.more("[global]\nrepo2-path=/second");
    assertThat(calls.warnings("backup", "--stanza=main"))
        .containsExactly(
            "option 'repo2-retention-full' is not set: no backup expires, the repository fills up\n"
                + "HINT: To keep all on purpose, set 'repo2-retention-full' to 9999999.");
  }
}
