package dev.holdfast.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.testkit.SeededRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of file in a repository, with a flipped bit, cut short or gone: whoever needs it stops
 * and names it, or gets along with its copy. A restore that says it worked gave what was backed up.
 */
class DamageTest {
  @RegisterExtension static final SeedOnFailure RANDOM = new SeedOnFailure();

  /** A repository to be damaged; each is made once, by pgBackRest, and repaired after each blow. */
  enum Stored {
    PLAIN("none", "n", false),
    BUNDLED("gz", "y", false),
    ENCRYPTED("lz4", "n", true),
    ENCRYPTED_BUNDLED("zst", "y", true),
    /** In blocks, made by Holdfast: the installed pgBackRest may be too old for them. */
    BLOCKS("zst", "y", true);

    private final String compression;
    private final String bundle;
    private final boolean encrypted;
    private Site site;
    private FileTree tree;
    private Path segment;

    Stored(String compression, String bundle, boolean encrypted) {
      this.compression = compression;
      this.bundle = bundle;
      this.encrypted = encrypted;
    }

    private void make() {
      if (site != null) {
        return;
      }
      SeededRandom random = RANDOM.fork("stored " + this);
      site = encrypted ? BadDaysTest.encrypted() : Site.create();
      site.option("compress-type", compression).option("repo1-bundle", bundle);
      StoppedCluster cluster = StoppedCluster.in(site.directory(), "pg");
      site.cluster(cluster);
      site.theirsWorks("stanza-create", "--no-online");
      segment = cluster.finishSegment(16, random);
      Program program = this == BLOCKS ? Program.HOLDFAST : Program.PGBACKREST;
      if (this == BLOCKS) {
        site.option("repo1-block", "y");
      }
      site.works(program, "archive-push", segment.toString());
      for (Path other : cluster.promote(segment, random)) {
        site.works(program, "archive-push", other.toString());
      }
      site.works(program, "backup", "--no-online");
      cluster.change(random);
      site.works(program, "backup", "--no-online", "--type=incr");
      tree = cluster.tree();
    }

    private void remove() {
      if (site != null) {
        site.close();
        site = null;
      }
    }
  }

  @AfterAll
  static void removeRepositories() {
    for (Stored each : Stored.values()) {
      each.remove();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTED_BUNDLED, FLIPPED_BIT",
    "BUNDLED, TRUNCATED",
    "ENCRYPTED_BUNDLED, MISSING",
    "PLAIN, FLIPPED_BIT",
    "PLAIN, MISSING",
    "PLAIN, TRUNCATED",
    "BLOCKS, FLIPPED_BIT",
    "BLOCKS, TRUNCATED",
    "BLOCKS, MISSING"
  })
  void aRestoreNeverGivesDamagedData(Stored stored, Damage damage) {
    damageData(stored, damage, 1);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("everyWay")
  void aRestoreNeverGivesDamagedDataWhereverItIsHit(Stored stored, Damage damage) {
    damageData(stored, damage, 25);
  }

  static Stream<Arguments> everyWay() {
    return Stream.of(Stored.values())
        .flatMap(stored -> Stream.of(Damage.values()).map(damage -> Arguments.of(stored, damage)));
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedManifestOrBackupInfoIsReadFromItsCopy(Damage damage) {
    Stored stored = Stored.ENCRYPTED_BUNDLED;
    stored.make();
    SeededRandom random = RANDOM.fork("main " + damage);
    Path backups = stored.site.stanzaBackups();
    Path manifest = backups.resolve(stored.site.newestLabel()).resolve("backup.manifest");
    for (Path file : List.of(manifest, backups.resolve("backup.info"))) {
      try (Repair repair = Repair.of(file)) {
        damage.inflict(file, random);
        assertRestoresOrNames(stored, file.getFileName().toString());
        named(stored, repair.file());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRestoreStopsWithoutAManifestOrBackupInfo(Damage damage) {
    Stored stored = Stored.PLAIN;
    stored.make();
    SeededRandom random = RANDOM.fork("both " + damage);
    Path backups = stored.site.stanzaBackups();
    Path manifest = backups.resolve(stored.site.newestLabel()).resolve("backup.manifest");
    for (Path file : List.of(manifest, backups.resolve("backup.info"))) {
      Path copy = file.resolveSibling(file.getFileName() + ".copy");
      try (Repair first = Repair.of(file);
          Repair second = Repair.of(copy)) {
        damage.inflict(first.file(), random);
        damage.inflict(second.file(), random);
        Path target = stored.site.directory().directory("restored");
        Outcome outcome =
            BadDaysTest.refused(
                stored.site, null, "restore", "--type=none", "--pg1-path=" + target);
        assertThat(outcome.err()).contains(file.getFileName().toString());
        assertThat(target.resolve("global/pg_control")).doesNotExist();
        stored.site.directory().run("rm", "-rf", target.toString());
        named(stored, file);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveGetNeverGivesADamagedSegment(Damage damage) throws IOException {
    for (Stored stored : List.of(Stored.PLAIN, Stored.ENCRYPTED_BUNDLED)) {
      stored.make();
      SeededRandom random = RANDOM.fork("segment " + damage);
      String name = stored.segment.getFileName().toString();
      Path file = stored(stored, name);
      try (Repair repair = Repair.of(file)) {
        damage.inflict(repair.file(), random);
        Path got = stored.site.directory().resolve("got");
        Outcome outcome = stored.site.ours("archive-get", name, got.toString());
        if (outcome.exit() == 0) {
          assertThat(Files.mismatch(got, stored.segment)).as("%s", outcome).isEqualTo(-1);
        } else if (damage == Damage.MISSING) {
          assertThat(outcome.exit()).as("%s", outcome).isEqualTo(1);
        } else {
          // 1 would say that the archive ends here, and PostgreSQL would believe it.
          assertThat(outcome.exit()).as("%s", outcome).isGreaterThan(24);
          assertThat(outcome.err()).contains(name).contains("ERROR: [");
          assertThat(got).doesNotExist();
        }
        if (damage != Damage.MISSING) {
          named(stored, file);
        }
        Files.deleteIfExists(got);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSegmentIsNotPushedWithoutArchiveInfo(Damage damage) {
    Stored stored = Stored.PLAIN;
    stored.make();
    SeededRandom random = RANDOM.fork("archive.info " + damage);
    Path info = stored.site.stanzaArchive().resolve("archive.info");
    try (Repair first = Repair.of(info);
        Repair second = Repair.of(info.resolveSibling("archive.info.copy"))) {
      damage.inflict(first.file(), random);
      damage.inflict(second.file(), random);
      Outcome outcome =
          BadDaysTest.refused(stored.site, null, "archive-push", stored.segment.toString());
      assertThat(outcome.err()).contains("archive.info");
      named(stored, info);
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothProgramsFindNothingWrongWithWhatIsWhole(Stored stored) {
    stored.make();
    stored.site.holdfastVerifies();
    if (stored != Stored.BLOCKS) {
      stored.site.pgbackrestVerifies();
    }
  }

  @ParameterizedTest
  @MethodSource("archivedBesideSegments")
  void verifyReadsWhatLiesBesideTheSegments(String name, Damage damage) {
    Stored stored = Stored.ENCRYPTED_BUNDLED;
    stored.make();
    Path file = stored(stored, name);
    try (Repair repair = Repair.of(file)) {
      damage.inflict(repair.file(), RANDOM.fork(name + damage));
      failsAndNames(stored, file);
    }
  }

  static Stream<Arguments> archivedBesideSegments() {
    return Stream.of("00000002.history", "000000010000000000000010.00000028.backup", ".partial-")
        .flatMap(name -> Stream.of(Damage.values()).map(damage -> Arguments.of(name, damage)))
        // Nothing says that a backup file or a partial segment was ever there.
        .filter(arguments ->
            arguments.get()[1] != Damage.MISSING
                || arguments.get()[0].toString().startsWith("00000002"));
  }

  @ParameterizedTest
  @CsvSource({"00000002.history", "000000010000000000000010.00000028.backup"})
  void verifySeesThatATextIsCutOffThoughItIsNotEncrypted(String name) {
    Stored stored = Stored.PLAIN;
    stored.make();
    Path file = stored(stored, name);
    try (Repair repair = Repair.of(file)) {
      Damage.TRUNCATED.inflict(repair.file(), RANDOM.fork("text " + name));
      failsAndNames(stored, file);
    }
  }

  @ParameterizedTest
  @CsvSource({"PLAIN, TRUNCATED", "BLOCKS, FLIPPED_BIT", "BLOCKS, TRUNCATED"})
  void verifyReadsTheManifestsOfTheHistory(Stored stored, Damage damage) {
    stored.make();
    for (Path file : files(stored.site.stanzaBackups().resolve("backup.history"))) {
      try (Repair repair = Repair.of(file)) {
        damage.inflict(repair.file(), RANDOM.fork("history " + stored + damage));
        failsAndNames(stored, file);
      }
    }
  }

  @Test
  void verifyWarnsOfABackupThatTheHistoryDoesNotHave() throws IOException {
    Stored stored = Stored.PLAIN;
    stored.make();
    Path file = files(stored.site.stanzaBackups().resolve("backup.history")).getFirst();
    try (Repair repair = Repair.of(file)) {
      Files.delete(repair.file());
      Outcome outcome = stored.site.oursWorks("verify");
      assertThat(outcome.out() + outcome.err()).contains(file.getFileName().toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void verifyReadsEveryBlock(Damage damage) {
    Stored stored = Stored.BLOCKS;
    stored.make();
    List<Path> blocks =
        data(stored).stream().filter(file -> file.toString().endsWith(".pgbi")).toList();
    assertThat(blocks).isNotEmpty();
    for (Path file : blocks) {
      try (Repair repair = Repair.of(file)) {
        damage.inflict(repair.file(), RANDOM.fork("blocks " + damage));
        failsAndNames(stored, file);
      }
    }
  }

  private static void failsAndNames(Stored stored, Path file) {
    Outcome outcome = stored.site.ours("verify");
    assertThat(outcome.exit()).as("verify, %s damaged: %s", file, outcome).isEqualTo(28);
    assertThat(outcome.out() + outcome.err()).contains(file.getFileName().toString());
  }

  private static void damageData(Stored stored, Damage damage, int times) {
    stored.make();
    SeededRandom random = RANDOM.fork("data " + stored + damage);
    List<Path> files = data(stored);
    int caught = 0;
    for (int i = 0; i < times; i++) {
      Path file = files.get(random.nextInt(files.size()));
      try (Repair repair = Repair.of(file)) {
        damage.inflict(repair.file(), random);
        String name = stored.site.stanzaBackups().relativize(file).toString();
        // Of a bundle the part is named that is damaged, as the file of the cluster that it is.
        boolean whole =
            assertRestoresOrNames(
                stored,
                name.contains("/bundle/")
                    ? "bundle"
                    : name.replaceFirst("^[^/]+/pg_data/", "")
                        .replaceFirst("\\.(lz4|gz|pgbi)$", ""));
        if (!whole) {
          caught++;
          named(stored, file);
        }
      }
    }
    // A few files are not needed any more by the newest backup, or differ where it does not matter.
    assertThat(caught).as("damages that were seen").isGreaterThanOrEqualTo(times / 2);
  }

  /**
   * A restore gives all that was backed up, or names the file and leaves nothing that starts.
   *
   * @return whether it worked
   */
  private static boolean assertRestoresOrNames(Stored stored, String name) {
    Path target = stored.site.directory().directory("restored");
    try {
      Outcome outcome = stored.site.ours("restore", "--type=none", "--pg1-path=" + target);
      if (outcome.exit() == 0) {
        assertThat(stored.tree.differences(StoppedCluster.treeOf(target))).isEmpty();
        return true;
      }
      BadDaysTest.decent(stored.site, outcome);
      assertThat(outcome.err()).as("%s", outcome).contains("ERROR: [").contains(name);
      assertThat(target.resolve("global/pg_control")).doesNotExist();
      return false;
    } finally {
      stored.site.directory().run("rm", "-rf", target.toString());
    }
  }

  /** verify fails and names the file. */
  private static void named(Stored stored, Path file) {
    Outcome outcome = stored.site.ours("verify", "--output=text", "--verbose");
    BadDaysTest.decent(stored.site, outcome);
    assertThat(outcome.out() + outcome.err())
        .as("verify, %s damaged", file)
        .contains(file.getFileName().toString().replaceFirst("\\.copy$", ""));
  }

  /** The stored data files of the backups, bundles among them, that are not empty. */
  private static List<Path> data(Stored stored) {
    return files(stored.site.stanzaBackups()).stream()
        .filter(file ->
            file.toString().matches(".*/(pg_data/base/.*|pg_data/pg_xact/.*|bundle/[0-9]+)"))
        .toList();
  }

  private static Path stored(Stored stored, String segment) {
    return files(stored.site.stanzaArchive()).stream()
        .filter(file -> {
          String name = file.getFileName().toString();
          return name.startsWith(segment) || segment.startsWith(".") && name.contains(segment);
        })
        .findFirst()
        .orElseThrow();
  }

  private static List<Path> files(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps a file beside the repository and puts it back. */
  private record Repair(Path file, Path kept) implements AutoCloseable {
    static Repair of(Path file) {
      try {
        Path kept = Files.createTempDirectory("hf-kept").resolve("file");
        copy(file, kept);
        return new Repair(file, kept);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      try {
        copy(kept, file);
        Files.delete(kept);
        Files.delete(kept.getParent());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** With times and owner; a file that links point to stays the same file. */
    private static void copy(Path from, Path to) {
      ExternalProgram.run(
              List.of("cp", "-a", from.toString(), to.toString()), Map.of(), Duration.ofSeconds(20))
          .orThrow("keep " + from);
    }
  }
}
