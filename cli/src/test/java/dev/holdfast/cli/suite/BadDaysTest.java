package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.cli.SmallDisk;
import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.testkit.SeededRandom;
import dev.holdfast.testkit.TestDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What goes wrong in operation: each ends with pgBackRest's exit code, one error with a hint that
 * can be acted on, no stack trace and no secret, and nothing that was good is lost.
 */
class BadDaysTest {
  private static final String PASS = "uNgu3ssable-Pass";

  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  @Test
  void aWrongPassphraseIsACryptoError() {
    try (Site site = encrypted()) {
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.theirsWorks("stanza-create", "--no-online");
      String segment = cluster.finishSegment(16, RANDOM.fork("wrong passphrase")).toString();
      site.theirsWorks("backup", "--no-online");
      site.option("repo1-cipher-pass", PASS + "-but-another");
      String target = "--pg1-path=" + site.directory().directory("restored");
      // As pgBackRest does: archive-push says that no repository can be pushed to.
      for (Outcome outcome :
          List.of(
              refused(site, 95, "backup", "--no-online"),
              refused(site, 95, "stanza-create", "--no-online"),
              refused(site, 95, "expire"),
              refused(site, 103, "archive-push", segment),
              refused(site, 95, "restore", target))) {
        assertThat(outcome.err()).containsPattern("CryptoError|\\[095]");
      }
      assertThat(refused(site, 28, "verify", "--output=text").out()).contains("CryptoError");
      site.option("repo1-cipher-pass", PASS);
      site.theirsWorks("info");
      site.pgbackrestVerifies();
    }
  }

  @Test
  void anotherClusterIsNotBackedUpOrArchivedIntoTheStanza() {
    try (Site site = encrypted()) {
      SeededRandom random = RANDOM.fork("wrong cluster");
      site.cluster(StoppedCluster.in(site.directory(), "pg"));
      site.oursWorks("stanza-create", "--no-online");
      StoppedCluster other = StoppedCluster.in(site.directory(), "other");
      other.becomeAnother();
      site.cluster(other);
      refused(site, 28, "stanza-create", "--no-online");
      String segment = other.finishSegment(16, random).toString();
      Outcome push =
          refused(site, site.theirs("archive-push", segment).exit(), "archive-push", segment);
      assertThat(push.err()).contains("ArchiveMismatchError").contains("HINT: are you archiving");
      refused(site, 51, "backup", "--no-online");
    }
  }

  @Test
  void aRepositoryOfFormat6IsRefusedByName() throws IOException {
    try (Site site = Site.create()) {
      site.cluster(StoppedCluster.in(site.directory(), "pg"));
      site.theirsWorks("stanza-create", "--no-online");
      for (Path info : infos(site)) {
        Files.writeString(
            info, Files.readString(info).replace("backrest-format=5", "backrest-format=6"));
      }
      // Whether the checksum or the format is looked at first: the format is what helps.
      Outcome outcome = refused(site, 29, "backup", "--no-online");
      assertThat(outcome.err()).contains("6").contains("5");
    }
  }

  @Test
  void aRepositoryThatCannotBeWrittenFailsAndKeepsWhatItHas() throws IOException {
    try (Site site = encrypted()) {
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.oursWorks("stanza-create", "--no-online");
      for (Path directory : List.of(site.stanzaArchive(), site.stanzaBackups())) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-x---"));
      }
      Path segment = cluster.finishSegment(16, RANDOM.fork("read-only"));
      Outcome push = refused(site, null, "archive-push", segment.toString());
      assertThat(push.err()).contains(site.stanzaArchive().toString());
      Outcome backup = refused(site, null, "backup", "--no-online");
      assertThat(backup.err()).contains(site.stanzaBackups().toString());
      for (Path directory : List.of(site.stanzaArchive(), site.stanzaBackups())) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
      }
      site.oursWorks("archive-push", segment.toString());
    }
  }

  @Test
  void aFullDiskFailsAndKeepsWhatWasThere() {
    assumeTrue(OsUser.isRoot(), "only root can mount a small file system");
    try (Site site = encrypted();
        SmallDisk disk = new SmallDisk(site.directory(), site.repository(), "14m")) {
      SeededRandom random = RANDOM.fork("full disk");
      site.option("compress-type", "none");
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.oursWorks("stanza-create", "--no-online");
      int number = 16;
      Outcome outcome = null;
      while (number < 40) {
        Path segment = cluster.finishSegment(number++, random);
        outcome = site.ours("archive-push", segment.toString());
        if (outcome.exit() != 0) {
          break;
        }
      }
      assertThat(outcome).isNotNull();
      assertThat(outcome.exit()).as("%s", outcome).isNotZero();
      assertThat(outcome.err()).containsIgnoringCase("no space left");
      decent(site, outcome);
      refused(site, null, "backup", "--no-online");
      site.theirsWorks("info");
      site.pgbackrestVerifies();
      disk.grow("64m");
      site.oursWorks("archive-push", cluster.finishSegment(number, random).toString());
      site.oursWorks("backup", "--no-online");
      site.pgbackrestVerifies();
    }
  }

  @Test
  void aSecondBackupOnTheHostIsRefused() {
    try (Site site = encrypted()) {
      site.cluster(StoppedCluster.in(site.directory(), "pg"));
      site.oursWorks("stanza-create", "--no-online");
      Running running = site.startOurs("backup", "--no-online", "--compress-type=bz2");
      await(() -> unfinished(site) || !running.process().isAlive());
      assertThat(running.process().isAlive()).isTrue();
      refused(site, 50, "backup", "--no-online");
      refused(site, 50, "expire", "--repo1-retention-full=1");
      assertThat(site.theirs("backup", "--no-online").exit()).isEqualTo(50);
      assertThat(running.await().exit()).isZero();
      assertThat(site.labels()).hasSize(1);
      site.pgbackrestVerifies();
    }
  }

  @Test
  void aBackupOfAnotherHostIsNotDestroyed() {
    for (Program other : Program.values()) {
      try (Site site = encrypted()) {
        site.cluster(StoppedCluster.in(site.directory(), "pg"));
        site.oursWorks("stanza-create", "--no-online");
        Path locks = site.directory().directory("lock-of-another-host");
        Running running = site.startOurs("backup", "--no-online", "--compress-type=bz2");
        await(() -> unfinished(site) || !running.process().isAlive());
        assertThat(running.process().isAlive()).isTrue();
        String[] backup = {"backup", "--no-online", "--type=full", "--lock-path=" + locks};
        int exit =
            other == Program.HOLDFAST ? site.ours(backup).exit() : site.theirs(backup).exit();
        Outcome first = running.await();
        // Whoever wins: what was said to be there is there and whole.
        int finished = (exit == 0 ? 1 : 0) + (first.exit() == 0 ? 1 : 0);
        assertThat(finished).as("%s beside %s", other, first).isPositive();
        assertThat(site.labels()).as("%s beside %s", other, first).hasSize(finished);
        if (!givenUp(site)) {
          site.pgbackrestVerifies();
        }
        site.holdfastVerifies();
        assertThat(site.theirsWorks("info").out()).contains(site.labels());
        site.oursWorks("backup", "--no-online", "--type=full");
      }
    }
  }

  @Test
  void aClockThatWasSetBackIsToldInsteadOfALabelBeforeTheLast() throws IOException {
    try (Site site = Site.create()) {
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.oursWorks("stanza-create", "--no-online");
      site.oursWorks("backup", "--no-online");
      Path history =
          site.directory()
              .owner()
              .createDirectory(site.stanzaBackups().resolve("backup.history/2099"), 0750);
      Path later = Files.writeString(history.resolve("20990101-000000F.manifest.gz"), "");
      site.directory().owner().own(later);
      cluster.change(RANDOM.fork("clock"));
      Outcome outcome = refused(site, 106, "backup", "--no-online", "--type=full");
      assertThat(outcome.err()).contains("HINT");
      assertThat(site.labels()).hasSize(1);
      site.pgbackrestVerifies();
    }
  }

  @Test
  void aStanzaThatIsNotThereIsToldWithAHint() {
    try (Site site = Site.create()) {
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      Path segment = cluster.finishSegment(16, RANDOM.fork("no stanza"));
      assertThat(refused(site, null, "archive-push", segment.toString()).err()).contains("HINT");
      assertThat(refused(site, null, "backup", "--no-online").err()).contains("HINT");
      refused(site, null, "restore", "--pg1-path=" + site.directory().directory("restored"));
    }
  }

  @Test
  void aRestoreDoesNotTouchADirectoryThatIsNotEmpty() throws IOException {
    try (Site site = encrypted()) {
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.theirsWorks("stanza-create", "--no-online");
      site.theirsWorks("backup", "--no-online");
      Path target = site.directory().directory("restored");
      Path precious = site.directory().file("restored/precious", "mine");
      refused(site, 40, "restore", "--pg1-path=" + target);
      assertThat(precious).hasContent("mine");
      refused(site, null, "restore", "--delta", "--pg1-path=" + target);
      assertThat(precious).hasContent("mine");
    }
  }

  static Site encrypted() {
    return encrypted(Site.create())
        .option("log-level-file", "debug")
        .option("log-level-console", "debug");
  }

  static Site encrypted(Site site) {
    return site.option("repo1-cipher-type", "aes-256-cbc").option("repo1-cipher-pass", PASS);
  }

  private static List<Path> infos(Site site) {
    return Stream.of("archive.info", "backup.info")
        .flatMap(name -> Stream.of(name, name + ".copy"))
        .map(name ->
            (name.startsWith("archive") ? site.stanzaArchive() : site.stanzaBackups())
                .resolve(name))
        .toList();
  }

  /** Whether a backup lies there that has only its plan: pgBackRest 2.45's verify crashes on it. */
  private static boolean givenUp(Site site) {
    try (Stream<Path> backups = Files.list(site.stanzaBackups())) {
      return backups.anyMatch(backup ->
          Files.exists(backup.resolve("backup.manifest.copy"))
              && !Files.exists(backup.resolve("backup.manifest")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean unfinished(Site site) {
    try (Stream<Path> entries = Files.walk(site.stanzaBackups(), 3)) {
      return entries.anyMatch(
          entry -> entry.toString().matches(".*/[0-9]{8}-[0-9]{6}F/(pg_data|bundle).*"));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** The verb fails with this code (any when null), and decently. */
  static Outcome refused(Site site, Integer code, String... verbAndOptions) {
    Outcome outcome = site.ours(verbAndOptions);
    String what = Arrays.toString(verbAndOptions);
    if (code == null) {
      assertThat(outcome.exit()).as("%s: %s", what, outcome).isNotZero();
    } else {
      assertThat(outcome.exit()).as("%s: %s", what, outcome).isEqualTo(code);
    }
    assertThat(outcome.err())
        .as("%s: %s", what, outcome)
        .containsPattern("(?m)^ERROR: \\[%03d\\]: \\S".formatted(outcome.exit()));
    decent(site, outcome);
    return outcome;
  }

  /** No stack trace, and the secret neither in what it said nor in what it logged. */
  static void decent(Site site, Outcome outcome) {
    String said = outcome.out() + outcome.err() + logs(site.directory());
    assertThat(said).doesNotContain(PASS).doesNotContain("\tat ").doesNotContain("Exception:");
  }

  private static String logs(TestDirectory directory) {
    return Optional.of(directory.run("sh", "-c", "cat " + directory.resolve("*-log/* || true")))
        .map(result -> result.out())
        .orElseThrow();
  }
}
