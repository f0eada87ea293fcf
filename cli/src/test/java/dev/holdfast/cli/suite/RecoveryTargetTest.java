package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every type of recovery, of one archived cluster: PostgreSQL starts on what was restored, and ends
 * its recovery with exactly the rows that belong there.
 */
final class RecoveryTargetTest {
  private static Site site;
  private static ArchivedCluster cluster;
  private static String first;
  private static String second;
  private static String third;

  /** Backups and rows in turns: first, a, b, (restore point), c, second, d, third, e. */
  @BeforeAll
  static void backUp() {
    site = Site.create();
    site.option("repo1-bundle", "y").option("compress-type", "lz4").option("start-fast", "y");
    cluster = ArchivedCluster.start(site);
    first = cluster.backup("full");
    nextSecond();
    cluster.note("a");
    cluster.note("b");
    cluster.postgres().sql("select pg_create_restore_point('after b')");
    cluster.note("c");
    second = cluster.backup("diff");
    cluster.note("d");
    third = cluster.backup("full", "--archive-copy");
    nextSecond();
    cluster.note("e");
    cluster.postgres().switchWal();
    site.oursWorks("check");
  }

  /** Sets are chosen by whole seconds. */
  private static void nextSecond() {
    cluster.postgres().sql("select pg_sleep(1)");
  }

  @AfterAll
  static void remove() {
    cluster.close();
    site.close();
  }

  @AfterEach
  void removeCopy() {
    site.directory().run("rm", "-rf", site.directory().resolve("copy").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsn", "xid", "time"})
  void stopsAtTheCommitOrJustBeforeIt(String type) {
    String target =
        switch (type) {
          case "lsn" -> cluster.about("b", "commit_record");
          case "xid" -> cluster.about("b", "xid");
          default -> cluster.about("b", "committed");
        };
    String[] options = {"--set=" + first, "--type=" + type, "--target=" + target};
    assertThat(promoted(options)).isEqualTo("a b");
    removeCopy();
    assertThat(promoted(with("--target-exclusive", options))).isEqualTo("a");
  }

  @Test
  void stopsAtARestorePoint() {
    assertThat(promoted("--set=" + first, "--type=name", "--target=after b")).isEqualTo("a b");
  }

  @Test
  void stopsAsSoonAsItIsConsistent() {
    assertThat(promoted("--type=immediate")).isEqualTo("a b c d");
    removeCopy();
    assertThat(promoted("--type=immediate", "--set=" + second)).isEqualTo("a b c");
  }

  @Test
  void goesToTheEndOfTheArchiveByDefault() {
    assertThat(promoted("--set=" + first)).isEqualTo("a b c d e");
  }

  @Test
  void withoutRecoveryItIsTheBackupWithTheWalThatWasCopiedIntoIt() {
    restore("--type=none");
    assertThat(copy().resolve("recovery.signal")).doesNotExist();
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      restored.postgres().configure("archive_mode = off");
      restored.postgres().start();
      assertThat(restored.notes()).isEqualTo("a b c d");
    }
  }

  @Test
  void aStandbyWaitsForMoreUntilItIsPromoted() {
    restore("--type=standby", "--archive-mode=off");
    assertThat(copy().resolve("standby.signal")).exists();
    assertThat(copy().resolve("recovery.signal")).doesNotExist();
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      restored.postgres().start();
      restored.untilNoted("e");
      assertThat(restored.postgres().sql("select pg_is_in_recovery()")).isEqualTo("t");
      restored.postgres().sql("select pg_promote()");
      assertThat(restored.untilPromoted().notes()).isEqualTo("a b c d e");
    }
  }

  @Test
  void theTargetActionIsDoneThere() {
    restore("--set=" + first, "--type=name", "--target=after b", "--archive-mode=off");
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      restored.postgres().start();
      restored.untilNoted("b");
      assertThat(restored.notes()).isEqualTo("a b");
      assertThat(restored.postgres().sql("select pg_is_in_recovery()"))
          .as("it pauses")
          .isEqualTo("t");
      restored.postgres().sql("select pg_wal_replay_resume()");
      assertThat(restored.untilPromoted().notes()).isEqualTo("a b");
    }
  }

  @Test
  void preservedRecoverySettingsLeadToWhereTheyLed() throws IOException {
    restore(
        "--set=" + first,
        "--type=name",
        "--target=after b",
        "--target-action=promote",
        "--archive-mode=off");
    String settings = Files.readString(copy().resolve("postgresql.auto.conf"));
    restore("--delta", "--set=" + first, "--type=preserve");
    assertThat(copy().resolve("postgresql.auto.conf")).hasContent(settings);
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      restored.postgres().start();
      assertThat(restored.untilPromoted().notes()).isEqualTo("a b");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsn", "time"})
  void choosesTheNewestSetThatEndsBeforeTheTarget(String type) {
    String info = site.theirsWorks("info", "--output=json").out();
    String column = type.equals("lsn") ? "commit_record" : "committed";
    assertThat(chosen(Program.HOLDFAST, type, cluster.about("e", column))).isEqualTo(third);
    assertThat(chosen(Program.HOLDFAST, type, cluster.about("c", column))).isEqualTo(first);
    // A set that stops at the LSN reaches it; one that stops in the target's second may not.
    String edge = stop(info, type.equals("lsn") ? second : third, type);
    for (Program program : Program.values()) {
      assertThat(chosen(program, type, edge)).as("%s", program).isEqualTo(second);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsn 0/1", "time 2020-01-01 00:00:00+00"})
  void refusesATargetBeforeTheFirstSet(String target) {
    String[] words = target.split(" ", 2);
    String[] options = arguments("--type=" + words[0], "--target=" + words[1]);
    Outcome refused = site.ours(options);
    assertThat(refused.exit())
        .as("%s", refused)
        .isEqualTo(site.theirs(options).exit())
        .isEqualTo(75);
    assertThat(refused.err()).contains("unable to find backup set").contains("HINT");
    assertThat(copy()).doesNotExist();
  }

  private static String chosen(Program program, String type, String target) {
    site.directory().directory("copy");
    String out = site.works(program, arguments("--type=" + type, "--target=" + target));
    site.directory().run("rm", "-rf", copy().toString());
    Matcher label = Pattern.compile("restore backup set ([0-9DFI_-]+)").matcher(out);
    assertThat(label.find()).as(out).isTrue();
    return label.group(1);
  }

  private static String stop(String info, String label, String type) {
    Matcher backup =
        Pattern.compile(
                "\"label\":\"%s\",\"lsn\":\\{\"start\":\"[^\"]+\",\"stop\":\"([^\"]+)\"}.*?"
                        .formatted(label)
                    + "\"timestamp\":\\{\"start\":\\d+,\"stop\":(\\d+)}")
            .matcher(info);
    assertThat(backup.find()).as(info).isTrue();
    return type.equals("lsn")
        ? backup.group(1)
        : Instant.ofEpochSecond(Long.parseLong(backup.group(2)))
            .toString()
            .replace('T', ' ')
            .replace("Z", "+00");
  }

  /** The settings that both programs write, in the order in which they write them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--type=standby --recovery-option=primary_conninfo=host=a port=5433",
        "--type=xid --target=1234 --target-exclusive --target-timeline=current",
        "--type=time --target=2037-01-01 00:00:00+00 --target-action=promote --archive-mode=off",
      })
  void writesTheSettingsThatPgbackrestWrites(String line) throws IOException {
    String[] options = arguments(line.split(" (?=--)", -1));
    site.oursWorks(options);
    List<String> ours = settings();
    List<String> signals = signals();
    removeCopy();
    site.directory().directory("copy");
    site.theirsWorks(options);
    assertThat(ours).containsExactlyElementsOf(settings());
    assertThat(signals).containsExactlyElementsOf(signals());
  }

  private static List<String> settings() throws IOException {
    return Files.readAllLines(copy().resolve("postgresql.auto.conf")).stream()
        .filter(line -> !line.startsWith("#") && !line.startsWith("restore_command"))
        .toList();
  }

  private static List<String> signals() {
    return Stream.of("recovery.signal", "standby.signal")
        .filter(name -> Files.exists(copy().resolve(name)))
        .toList();
  }

  private static Path copy() {
    return site.directory().resolve("copy");
  }

  private static String[] with(String option, String... options) {
    return Stream.concat(Arrays.stream(options), Stream.of(option)).toArray(String[]::new);
  }

  private static String[] arguments(String... options) {
    return Stream.concat(Stream.of("restore", "--pg1-path=" + copy()), Arrays.stream(options))
        .toArray(String[]::new);
  }

  private static void restore(String... options) {
    if (!Files.exists(copy())) {
      site.directory().directory("copy");
    }
    site.oursWorks(arguments(options));
  }

  /** The rows after recovery ended by itself. */
  private static String promoted(String... options) {
    String[] all = with("--archive-mode=off", options);
    boolean ends = Arrays.stream(options).anyMatch(option -> option.startsWith("--type="));
    restore(ends ? with("--target-action=promote", all) : all);
    try (ArchivedCluster restored = ArchivedCluster.restored(site, "copy")) {
      restored.postgres().start();
      return restored.untilPromoted().notes();
    }
  }
}
