package dev.holdfast.postgres.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegmentSize;
import dev.holdfast.postgres.control.ClusterState;
import dev.holdfast.postgres.control.PgControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ClusterDirectoryTest {
  private static final String VERSION_DIRECTORY = "PG_15_202209061";

  @TempDir Path directory;
  private Path pgdata;

  /** What a walk found. */
  static final class Found implements DirectoryVisitor {
    final List<FoundPath> paths = new ArrayList<>();
    final List<FoundFile> files = new ArrayList<>();
    final List<FoundLink> links = new ArrayList<>();
    final List<FoundTarget> targets = new ArrayList<>();
    final List<String> messages = new ArrayList<>();

    @Override
    public void path(FoundPath path) {
      paths.add(path);
    }

    @Override
    public void file(FoundFile file) {
      files.add(file);
    }

    @Override
    public void link(FoundLink link) {
      links.add(link);
    }

    @Override
    public void target(FoundTarget target) {
      targets.add(target);
    }

    @Override
    public void excluded(String message) {
      messages.add(message);
    }

    @Override
    public void warning(String message) {
      messages.add(message);
    }

    List<String> fileNames() {
      return files.stream().map(FoundFile::name).toList();
    }

    List<String> pathNames() {
      return paths.stream().map(FoundPath::name).toList();
    }
  }

  @BeforeEach
  void makeDataDirectory() throws IOException {
    pgdata = Files.createDirectory(directory.resolve("data"));
    Files.createDirectories(pgdata.resolve("base/1"));
    Files.createDirectories(pgdata.resolve("global"));
    Files.createDirectories(pgdata.resolve("pg_tblspc"));
    Files.createDirectories(pgdata.resolve("pg_wal/archive_status"));
  }

  private void make(String... names) throws IOException {
    for (String name : names) {
      Path file = pgdata.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
  }

  private Found walk(boolean online, List<String> exclude, Map<Long, String> tablespaces) {
    PgControl control =
        new PgControl(
            PgVersion.parse("15"),
            new SystemIdentifier(1),
            1300,
            202209061,
            ClusterState.IN_PRODUCTION,
            new Lsn(1 << 24),
            new Lsn(1 << 24),
            new Timeline(1),
            WalSegmentSize.DEFAULT,
            8192,
            1);
    Found found = new Found();
    ClusterDirectory.walk(new DirectoryScan(pgdata, control, online, exclude, tablespaces), found);
    return found;
  }

  private Found walk() {
    return walk(true, List.of(), null);
  }

  private ErrorCode refusal() {
    try {
      walk();
    } catch (HoldfastException e) {
      return e.code();
    }
    throw new AssertionError("it was not refused");
  }

  @Test
  void filesComeInTheOrderOfTheirBytes() throws IOException {
    make("base/1.x", "base/1/2", "base/10/3", "base/1-x", "é", "z", "PG_VERSION");
    assertThat(walk().fileNames())
        .containsExactly(
            "pg_data/PG_VERSION",
            "pg_data/base/1-x",
            "pg_data/base/1.x",
            "pg_data/base/1/2",
            "pg_data/base/10/3",
            "pg_data/z",
            "pg_data/é");
  }

  @Test
  void whatAServerMakesAnewIsLeftOut() throws IOException {
    make(
        "postmaster.pid",
        "holdfast.conf",
        "postmaster.opts",
        "backup_label",
        "backup_label.old",
        "backup_manifest",
        "recovery.signal",
        "standby.signal",
        "postgresql.auto.conf.tmp",
        "postgresql.auto.conf",
        "tablespace_map",
        "base/pgsql_tmp/pgsql_tmp1.1",
        "base/1/pg_internal.init",
        "base/1/pg_internal.init.123",
        "base/1/pg_internal.initial",
        "base/1/t3_16384",
        "base/1/t3_16384_fsm.1",
        "base/1/t3_x",
        "pg_replslot/slot/state",
        "pg_notify/0000",
        "pg_stat_tmp/x",
        "pg_stat/pgstat.stat",
        "pg_subtrans/0000",
        "pg_dynshmem/x",
        "pg_serial/x",
        "pg_snapshots/x",
        "sub/postmaster.pid");
    Found found = walk();
    assertThat(found.fileNames())
        .containsExactly(
            "pg_data/base/1/pg_internal.initial",
            "pg_data/base/1/t3_x",
            "pg_data/pg_stat/pgstat.stat",
            "pg_data/postgresql.auto.conf",
            "pg_data/sub/postmaster.pid",
            "pg_data/tablespace_map");
    assertThat(found.pathNames())
        .contains("pg_data/pg_replslot", "pg_data/pg_notify", "pg_data/pg_wal/archive_status")
        .doesNotContain("pg_data/pg_replslot/slot", "pg_data/base/pgsql_tmp");
  }

  @Test
  void unloggedRelationsKeepOnlyTheirInitFork() throws IOException {
    make(
        "base/1/100",
        "base/1/100.1",
        "base/1/100_fsm",
        "base/1/100_vm",
        "base/1/100_init",
        "base/1/1000",
        "base/1/10",
        "other/100",
        "other/100_init");
    assertThat(walk().fileNames())
        .containsExactly(
            "pg_data/base/1/10",
            "pg_data/base/1/1000",
            "pg_data/base/1/100_init",
            "pg_data/other/100",
            "pg_data/other/100_init");
  }

  @Test
  void walStaysOutOfAnOnlineBackupOnly() throws IOException {
    make("pg_wal/000000010000000000000001", "pg_wal/archive_status/x.ready");
    assertThat(walk().fileNames()).isEmpty();
    assertThat(walk(false, List.of(), null).fileNames())
        .containsExactly(
            "pg_data/pg_wal/000000010000000000000001", "pg_data/pg_wal/archive_status/x.ready");
  }

  @Test
  void onlyRelationFilesHavePages() throws IOException {
    make(
        "base/1/16384_vm",
        "base/1/PG_VERSION",
        "base/1/pg_filenode.map",
        "global/pg_control",
        "global/1262",
        "pg_xact/0000");
    assertThat(walk().files.stream().filter(FoundFile::hasPages).map(FoundFile::name))
        .containsExactly("pg_data/base/1/16384_vm", "pg_data/global/1262");
  }

  @Test
  void sizeTimeAndOwnerAreTheKernels() throws IOException {
    make("base/1/7");
    Path file = pgdata.resolve("base/1/7");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_999L));
    Files.setAttribute(file, "unix:mode", 0640);
    String user = Files.getOwner(file).getName();
    assertThat(walk().files.getFirst())
        .isEqualTo(
            new FoundFile(
                "pg_data/base/1/7",
                "base/1/7".length(),
                1_700_000_000L,
                0640,
                user,
                Files.getAttribute(file, "posix:group").toString(),
                true));
    if (user.equals("root")) {
      Files.setAttribute(file, "unix:uid", 54321);
      assertThat(walk().files.getFirst().user()).isNull();
    }
  }

  @Test
  void tablespacesComeLastUnderTheirOids() throws IOException {
    Path space = Files.createDirectories(directory.resolve("space"));
    Files.createDirectories(space.resolve(VERSION_DIRECTORY + "/5"));
    Files.createDirectories(space.resolve("PG_14_202107181/5"));
    Files.writeString(space.resolve(VERSION_DIRECTORY + "/5/16400"), "x");
    Files.writeString(space.resolve(VERSION_DIRECTORY + "/5/16401_init"), "x");
    Files.writeString(space.resolve(VERSION_DIRECTORY + "/5/16401"), "x");
    Files.writeString(space.resolve(VERSION_DIRECTORY + "/5/t1_16402"), "x");
    Files.writeString(space.resolve("PG_14_202107181/5/16400"), "x");
    Files.createSymbolicLink(pgdata.resolve("pg_tblspc/16390"), space);
    make("zz");

    Found found = walk(true, List.of(), Map.of(16390L, "fast 'disk'"));

    assertThat(found.fileNames())
        .containsExactly(
            "pg_data/zz",
            "pg_tblspc/16390/" + VERSION_DIRECTORY + "/5/16400",
            "pg_tblspc/16390/" + VERSION_DIRECTORY + "/5/16401_init");
    assertThat(found.files.get(1).hasPages()).isTrue();
    assertThat(found.pathNames())
        .endsWith(
            "pg_tblspc",
            "pg_tblspc/16390",
            "pg_tblspc/16390/" + VERSION_DIRECTORY,
            "pg_tblspc/16390/" + VERSION_DIRECTORY + "/5");
    assertThat(found.targets.getLast())
        .isEqualTo(
            new FoundTarget("pg_tblspc/16390", space.toString(), null, 16390, "fast 'disk'"));
    assertThat(found.links.getFirst().name()).isEqualTo("pg_data/pg_tblspc/16390");
    assertThat(walk().targets.getLast().tablespaceName()).isEqualTo("ts16390");
    assertThatThrownBy(() -> walk(true, List.of(), Map.of(1L, "other")))
        .hasMessageContaining("16390");
  }

  @Test
  void linkedDirectoriesAndFilesAreFollowed() throws IOException {
    Path wal = Files.createDirectories(directory.resolve("wal"));
    Files.writeString(wal.resolve("000000010000000000000001"), "x");
    Path etc = Files.createDirectories(directory.resolve("etc"));
    Files.writeString(etc.resolve("postgresql.conf"), "x");
    Files.writeString(etc.resolve("pg_hba.conf"), "x");
    Files.delete(pgdata.resolve("pg_wal/archive_status"));
    Files.delete(pgdata.resolve("pg_wal"));
    Files.createSymbolicLink(pgdata.resolve("pg_wal"), Path.of("../wal"));
    Files.createSymbolicLink(pgdata.resolve("postgresql.conf"), etc.resolve("postgresql.conf"));
    Files.createSymbolicLink(pgdata.resolve("pg_hba.conf"), etc.resolve("pg_hba.conf"));

    Found found = walk(false, List.of(), null);

    assertThat(found.fileNames())
        .containsExactly(
            "pg_data/pg_hba.conf",
            "pg_data/pg_wal/000000010000000000000001",
            "pg_data/postgresql.conf");
    assertThat(found.targets)
        .contains(
            new FoundTarget("pg_data/pg_wal", "../wal", null, 0, null),
            new FoundTarget("pg_data/pg_hba.conf", etc.toString(), "pg_hba.conf", 0, null));
    assertThat(found.pathNames()).contains("pg_data/pg_wal");
    assertThat(walk().fileNames())
        .containsExactly("pg_data/pg_hba.conf", "pg_data/postgresql.conf");
  }

  @Test
  void linksToLinksIntoTheDataDirectoryAndToNowhereAreRefused() throws IOException {
    Path link = pgdata.resolve("link");
    Path outside = Files.createDirectories(directory.resolve("outside"));
    Path outerLink = Files.createSymbolicLink(directory.resolve("outer"), outside);
    Files.createSymbolicLink(link, outerLink);
    assertThat(refusal()).isEqualTo(ErrorCode.LINK_DESTINATION);
    Files.delete(link);
    Files.createSymbolicLink(link, pgdata.resolve("base"));
    assertThat(refusal()).isEqualTo(ErrorCode.LINK_DESTINATION);
    Files.delete(link);
    Files.createSymbolicLink(link, directory.resolve("nowhere"));
    assertThat(refusal()).isEqualTo(ErrorCode.FILE_OPEN);
    Files.delete(link);
    // A sibling whose name only begins like the data directory's is outside.
    Files.createSymbolicLink(link, Files.createDirectory(directory.resolve("data2")));
    assertThat(walk().links).hasSize(1);
  }

  @Test
  void linksIntoEachOtherAreRefused() throws IOException {
    Path outside = Files.createDirectories(directory.resolve("outside/inner"));
    Files.createSymbolicLink(pgdata.resolve("a"), outside);
    Files.createSymbolicLink(pgdata.resolve("b"), directory.resolve("outside"));
    assertThat(refusal()).isEqualTo(ErrorCode.LINK_DESTINATION);
    Files.delete(pgdata.resolve("b"));
    Files.createSymbolicLink(pgdata.resolve("b"), outside);
    assertThat(refusal()).isEqualTo(ErrorCode.LINK_DESTINATION);
  }

  @Test
  void tablespacesInPlaceAreRefused() throws IOException {
    Files.createDirectory(pgdata.resolve("pg_tblspc/16390"));
    assertThat(refusal()).isEqualTo(ErrorCode.LINK_EXPECTED);
  }

  @Test
  void specialFilesAreLeftOutWithAWarning() throws Exception {
    Path fifo = pgdata.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    assertThat(walk().messages).singleElement().asString().contains(fifo.toString());
  }

  @Test
  void whatTheUserExcludesIsLeftOut() throws IOException {
    make("base/16/1", "base/17/1", "extra/x", "notes.txt");
    Found found = walk(true, List.of("base/16", "base/17/", "notes.txt"), null);
    assertThat(found.fileNames()).containsExactly("pg_data/extra/x");
    assertThat(found.pathNames()).contains("pg_data/base/17").doesNotContain("pg_data/base/16");
    assertThat(found.messages)
        .contains(
            "exclude contents of '" + pgdata + "/base/17' from backup using 'base/17/' exclusion");
  }

  @Test
  void aMissingDataDirectoryIsNamed() {
    pgdata = directory.resolve("missing");
    assertThatThrownBy(this::walk).hasMessageContaining(pgdata.toString());
  }
}
