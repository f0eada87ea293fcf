package dev.holdfast.cli.suite;

import dev.holdfast.postgres.process.OsUser;
import dev.holdfast.testkit.SeededRandom;
import dev.holdfast.testkit.TestClusterOptions;
import dev.holdfast.testkit.TestDirectory;
import dev.holdfast.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A small data directory of a stopped PostgreSQL 15, in which nothing moves by itself: what two
 * restores of it give has to be equal byte by byte. Its files are changed directly, in the ways
 * that a running server changes them.
 */
final class StoppedCluster {
  private static final int PAGE = 8192;

  /** Where PostgreSQL 15's control file has its checksum. */
  private static final int CONTROL_CRC_OFFSET = 288;

  private static final int WAL_SYSTEM_ID_OFFSET = 24;

  /** What a backup leaves out, or a restore writes anew. */
  private static final Set<String> LEFT_OUT =
      Set.of(
          "global/pg_control",
          "base/pgsql_tmp",
          "postgresql.auto.conf",
          "recovery.signal",
          "postmaster.opts",
          "backup_label.old",
          "server.log");

  /** Directories that are backed up without what is in them. */
  private static final List<String> EMPTIED =
      List.of(
          "pg_wal/archive_status/",
          "pg_dynshmem/",
          "pg_notify/",
          "pg_replslot/",
          "pg_serial/",
          "pg_snapshots/",
          "pg_stat_tmp/",
          "pg_subtrans/");

  private final Path data;
  private final OsUser owner;
  private Instant now = Instant.now().minus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

  private StoppedCluster(Path data, OsUser owner) {
    this.data = data;
    this.owner = owner;
  }

  /** A copy of the one that is made once, in a directory of the test. */
  static StoppedCluster in(TestDirectory directory, String name) {
    Path data = directory.resolve(name);
    directory.run("cp", "-a", Template.PATH.toString(), data.toString());
    return new StoppedCluster(data, directory.owner());
  }

  Path data() {
    return data;
  }

  /** Gives it another system identifier, in the control file and in the header of its WAL. */
  void becomeAnother() {
    try {
      Path control = data.resolve("global/pg_control");
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.readAllBytes(control)).order(ByteOrder.nativeOrder());
      long id = bytes.getLong(0) + 1;
      bytes.putLong(0, id);
      CRC32C crc = new CRC32C();
      crc.update(bytes.array(), 0, CONTROL_CRC_OFFSET);
      bytes.putInt(CONTROL_CRC_OFFSET, (int) crc.getValue());
      Files.write(control, bytes.array());
      try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
        for (Path segment : files.filter(Files::isRegularFile).toList()) {
          ByteBuffer header = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
          header.putLong(0, id);
          try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.write(header, WAL_SYSTEM_ID_OFFSET);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it holds now, of what a backup takes. */
  FileTree tree() {
    return treeOf(data);
  }

  /** What a data directory holds, of what a backup takes. */
  static FileTree treeOf(Path data) {
    return FileTree.of(
        data,
        name ->
            LEFT_OUT.contains(name)
                || EMPTIED.stream().anyMatch(name::startsWith)
                || name.endsWith("pg_internal.init"));
  }

  /**
   * Changes about a dozen files, each in another way: bytes in the middle, a longer or a shorter
   * file, another time alone, a new file, a removed one.
   */
  void change(SeededRandom random) {
    now = now.plus(10, ChronoUnit.MINUTES);
    List<Path> relations = relations();
    // The large one always: it is the one that is stored in blocks where that is asked for.
    change(
        Collections.max(relations, Comparator.comparing(file -> file.toFile().length())),
        0,
        random);
    for (int i = 0; i < 12; i++) {
      Path file = relations.get(random.nextInt(relations.size()));
      if (Files.exists(file)) {
        change(file, i % 6, random);
      }
    }
  }

  private void change(Path file, int how, SeededRandom random) {
    try {
      long size = Files.size(file);
      switch (how) {
        case 0 -> write(file, random.nextLong(size + 1), 100, random);
        case 1 -> write(file, size, PAGE, random);
        case 2 -> truncate(file, Math.max(0, size - PAGE));
        case 3 -> {
          Path fresh = file.resolveSibling(Long.toString(random.nextLong(60_000, 90_000)));
          write(fresh, 0, random.nextInt(3 * PAGE), random);
          owner.own(fresh);
          Files.setLastModifiedTime(fresh, FileTime.from(now));
        }
        case 4 -> Files.delete(file);
        default -> {}
      }
      if (Files.exists(file)) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a finished WAL segment of this cluster, as a server would have, with a content of its
   * own, and marks it as ready to be archived.
   *
   * @return the segment's path
   */
  Path finishSegment(int number, SeededRandom random) {
    String name = "%08X%08X%08X".formatted(1, number / 4096, number % 4096);
    Path segments = data.resolve("pg_wal");
    Path segment = segments.resolve(name);
    try (Stream<Path> files = Files.list(segments)) {
      Path model =
          files
              .filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
              .sorted()
              .findFirst()
              .orElseThrow();
      if (!model.equals(segment)) {
        Files.copy(model, segment, StandardCopyOption.REPLACE_EXISTING);
      }
      // Beyond the header, which says whose it is.
      write(segment, PAGE, (int) Files.size(model) - PAGE, random);
      owner.own(segment);
      Path ready = Files.writeString(readyMark(segment), "");
      owner.own(ready);
      return segment;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes what PostgreSQL archives beside whole segments: a backup history file, and, of a
   * promotion, the partial segment, the history of timeline 2 and its first segment.
   *
   * @param segment of timeline 1, the one that the promotion cuts off
   */
  List<Path> promote(Path segment, SeededRandom random) {
    String name = segment.getFileName().toString();
    try {
      Path partial = segment.resolveSibling(name + ".partial");
      Files.copy(segment, partial);
      Path first = segment.resolveSibling("00000002" + name.substring(8));
      Files.copy(segment, first);
      write(first, PAGE, PAGE, random);
      Path history = segment.resolveSibling("00000002.history");
      Files.writeString(history, "1\t0/1000200\tno recovery target specified\n");
      Path backup = segment.resolveSibling(name + ".00000028.backup");
      Files.writeString(
          backup,
          """
          START WAL LOCATION: 0/1000028 (file %s)
          STOP WAL LOCATION: 0/1000138 (file %s)
          CHECKPOINT LOCATION: 0/1000060
          BACKUP METHOD: streamed
          BACKUP FROM: primary
          START TIME: 2026-11-21 10:00:00 UTC
          LABEL: pgBackRest backup started at 2026-11-21 10:00:00
          START TIMELINE: 1
          STOP TIME: 2026-11-21 10:00:09 UTC
          STOP TIMELINE: 1
          """
              .formatted(name, name));
      List<Path> all = List.of(partial, history, first, backup);
      all.forEach(owner::own);
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What PostgreSQL makes for a segment that waits to be archived, and renames after. */
  static Path readyMark(Path segment) {
    return segment.resolveSibling("archive_status").resolve(segment.getFileName() + ".ready");
  }

  /** Writes bytes that nobody can foresee without the seed. */
  static void write(Path file, long offset, int length, SeededRandom random) throws IOException {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private List<Path> relations() {
    try (Stream<Path> files = Files.list(data.resolve("base/1"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9]+"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Made once: a cluster of one database, with a table that is no longer small. */
  private static final class Template {
    static final Path PATH = make();

    private Template() {}

    private static Path make() {
      TestDirectory directory = TestDirectory.create();
      Runtime.getRuntime().addShutdownHook(new Thread(directory::close));
      try (TestPostgres postgres =
          TestPostgres.startIn(
              directory,
              TestPostgres.system(),
              TestClusterOptions.defaults().named("template").walSegmentMegabytes(1))) {
        postgres.sqlIn(
            "template1",
            "create table big as select i, repeat(md5(i::text), 8) as filler"
                + " from generate_series(1, 20000) i");
        postgres.sql("checkpoint");
        postgres.stop();
        Path data = postgres.pgdata();
        // Nothing starts from here: one database is enough, and one segment of WAL.
        for (String database : List.of("4", "5")) {
          directory.run("rm", "-rf", data.resolve("base/" + database).toString());
        }
        directory.run("find", data.toString(), "-exec", "touch", "-d", "3 days ago", "{}", "+");
        return data;
      }
    }
  }
}
