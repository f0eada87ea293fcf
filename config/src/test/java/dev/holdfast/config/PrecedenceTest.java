package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrecedenceTest {
  private final Calls calls = Calls.withMain();

  private int processMax(String... more) {
    String[] words = new String[more.length + 2];
    words[0] = "backup";
    words[1] = "--stanza=main";
    System.arraycopy(more, 0, words, 2, more.length);
    return calls.load(words).integer("process-max");
  }

  @Test
  void eachPlaceWinsOverTheOnesBelowIt() {
    assertThat(processMax()).isEqualTo(1);
    calls.more("[global]\nprocess-max=2");
    assertThat(processMax()).isEqualTo(2);
    calls.more("[global:backup]\nprocess-max=3");
    assertThat(processMax()).isEqualTo(3);
    calls.more("[main]\nprocess-max=4");
    assertThat(processMax()).isEqualTo(4);
    calls.more("[main:backup]\nprocess-max=5");
    assertThat(processMax()).isEqualTo(5);
    calls.variable("PGBACKREST_PROCESS_MAX", "6");
    assertThat(processMax()).isEqualTo(6);
    calls.variable("HOLDFAST_PROCESS_MAX", "7");
    assertThat(processMax()).isEqualTo(7);
    assertThat(processMax("--process-max=8")).isEqualTo(8);
    assertThat(processMax("--process-max", "9")).isEqualTo(9);
  }

  @Test
  void resetGoesBackToTheDefaultWhateverIsConfigured() {
    calls.more("[global]\nprocess-max=2").variable("PGBACKREST_PROCESS_MAX", "6");
    assertThat(processMax("--reset-process-max")).isEqualTo(1);
  }

  @Test
  void sectionsOfOtherVerbsAndStanzasDoNotCount() {
    calls.more("[global:restore]\nprocess-max=2\n[other]\nprocess-max=3\n[other:backup]\n");
    assertThat(processMax()).isEqualTo(1);
  }

  @Test
  void saysWhereAValueComesFrom() {
    calls.variable("HOLDFAST_START_FAST", "y");
    Options options = calls.load("backup", "--stanza=main", "--no-online");
    assertThat(options.source("repo-path")).hasToString("/etc/pgbackrest/pgbackrest.conf:2");
    assertThat(options.source("start-fast"))
        .hasToString("environment variable HOLDFAST_START_FAST");
    assertThat(options.source("online")).isEqualTo(OptionSource.COMMAND_LINE);
    assertThat(options.source("process-max")).isEqualTo(OptionSource.DEFAULT);
  }

  @Test
  void theStanzaMayComeFromTheEnvironment() {
    Options options = calls.variable("PGBACKREST_STANZA", "main").load("backup");
    assertThat(options.stanza()).hasToString("main");
    assertThat(options.path("pg-path")).hasToString("/pg");
  }

  @Test
  void aSectionMayOccurSeveralTimes() {
    calls.more("[global]\nlock-path=/run/holdfast\n[main]\ndelta=y");
    Options options = calls.load("backup", "--stanza=main");
    assertThat(options.path("lock-path")).hasToString("/run/holdfast");
    assertThat(options.flag("delta")).isTrue();
  }

  @Test
  void listsAndMapsAreRepeatedInFilesAndOnTheCommandLineAndSplitInTheEnvironment() {
    calls.more("[global]\nexclude=pg_foo/\nexclude=bar").variable("HOLDFAST_ANNOTATION", "a=1:b=2");
    Options options = calls.load("backup", "--stanza=main");
    assertThat(options.list("exclude")).containsExactly("pg_foo/", "bar");
    assertThat(options.map("annotation")).containsEntry("a", "1").containsEntry("b", "2");
    options = calls.load("backup", "--stanza=main", "--exclude=x", "--exclude", "y");
    assertThat(options.list("exclude")).containsExactly("x", "y");
  }

  @Test
  void indexedOptionsBelongToTheirNumber() {
    calls.more(
        """
        [global]
        repo3-path=/third
        repo3-retention-full=1
        repo3-bundle=y
        repo3-bundle-size=1GiB
        [main]
        pg2-path=/pg2
        pg2-host=other
        """);
    Options options = calls.load("backup", "--stanza=main");
    assertThat(options.repositoryKeys()).containsExactly(1, 3);
    assertThat(options.clusterKeys()).containsExactly(1, 2);
    assertThat(options.bytes("repo-bundle-size", 3)).isEqualTo(1L << 30);
    assertThat(options.repository(3).bytes("repo-bundle-size")).isEqualTo(1L << 30);
    assertThat(options.bytes("repo-bundle-size")).isEqualTo(20L << 20);
    assertThat(options.cluster(2).optional("pg-host")).contains("other");
    assertThat(options.cluster(1).optional("pg-host")).isEmpty();
    assertThat(calls.load("backup", "--stanza=main", "--repo=3").string("repo-path"))
        .isEqualTo("/third");
  }

  @Test
  void aNumberWhoseOptionsDoNotApplyIsNotConfigured() {
    calls.more("[global]\nrepo2-s3-region=eu-central-1");
    assertThat(calls.load("backup", "--stanza=main").repositoryKeys()).containsExactly(1);
  }

  @Test
  void namesMayBeAbbreviatedOnTheCommandLine() {
    assertThat(processMax("--process-m=3")).isEqualTo(3);
    assertThat(calls.error("backup", "--stanza=main", "--pro=3")).contains("no option 'pro'");
  }

  @Test
  void namesOfOldAreUnderstood() {
    calls
        .file("/etc/pgbackrest/pgbackrest.conf", "")
        .more("[global]\nrepo-path=/repo\nretention-full=4\n[main]\ndb-path=/pg\ndb2-path=/pg2");
    Options options = calls.load("backup", "--stanza=main");
    assertThat(options.string("repo-path")).isEqualTo("/repo");
    assertThat(options.optionalInteger("repo-retention-full")).hasValue(4);
    assertThat(options.path("pg-path", 1)).hasToString("/pg");
    assertThat(options.path("pg-path", 2)).hasToString("/pg2");
  }

  @Test
  void readsTheFilesAgainAtEachLoad() {
    assertThat(processMax()).isEqualTo(1);
    calls.more("[global]\nprocess-max=2");
    assertThat(processMax()).isEqualTo(2);
  }
}
