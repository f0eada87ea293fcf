package dev.holdfast.storage.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixStorageTest {
  @TempDir Path directory;

  @Test
  void givesModesThatDoNotDependOnTheUmask() throws IOException {
    PosixStorage storage = new PosixStorage(directory.resolve("repo"), 0666, 0777);
    put(storage, "a/b/file");

    assertThat(mode("repo/a/b/file")).isEqualTo(0666);
    assertThat(mode("repo/a/b")).isEqualTo(0777);
    assertThat(mode("repo")).isEqualTo(0777);
  }

  @Test
  void givesPgbackrestsModes() throws IOException {
    PosixStorage storage = new PosixStorage(directory.resolve("repo"));
    put(storage, "a/file");

    assertThat(mode("repo/a/file")).isEqualTo(0640);
    assertThat(mode("repo/a")).isEqualTo(0750);
  }

  @Test
  void readsThroughALinkAndReportsItAsOne() throws IOException {
    PosixStorage storage = new PosixStorage(directory);
    put(storage, "real/file");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("real/file"));

    try (InputStream input = storage.read("link")) {
      assertThat(input.readAllBytes()).hasSize(1000);
    }
    assertThat(storage.info("link").orElseThrow().type()).isEqualTo(StorageEntry.Type.LINK);
  }

  @Test
  void refusesToReadAPipe() throws Exception {
    Process process = new ProcessBuilder("mkfifo", directory.resolve("pipe").toString()).start();
    assertThat(process.waitFor()).isZero();
    PosixStorage storage = new PosixStorage(directory);

    assertCode(ErrorCode.FILE_OPEN, () -> storage.read("pipe"));
    assertThat(storage.info("pipe").orElseThrow().type()).isEqualTo(StorageEntry.Type.SPECIAL);
  }

  @Test
  void reportsAFileThatWasTruncatedWhileItWasRead() throws IOException {
    PosixStorage storage = new PosixStorage(directory);
    put(storage, "file");
    try (InputStream input = storage.read("file")) {
      assertThat(input.readNBytes(10)).hasSize(10);
      Files.write(directory.resolve("file"), new byte[20]);
      assertThat(input.readNBytes(10)).hasSize(10);
      assertThatThrownBy(input::read)
          .hasMessageContaining("ends at byte 20")
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_READ));
    }
  }

  @Test
  void writesNamesAsLongAsPgbackrestCan() throws IOException {
    PosixStorage storage = new PosixStorage(directory);
    String name = "n".repeat(255 - ".pgbackrest.tmp".length());
    put(storage, name);

    assertThat(storage.info(name)).isPresent();
    assertCode(ErrorCode.FILE_OPEN, () -> storage.write("n".repeat(255)));
  }

  @Test
  void saysWhoLacksWhichPermission() {
    // The kernel refuses new files here to everyone, root included.
    PosixStorage storage = new PosixStorage(Path.of("/sys/kernel"));
    assumeThat(storage.root()).isDirectory();

    assertThatThrownBy(() -> storage.write("file"))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_OPEN);
              assertThat(e.hints())
                  .singleElement()
                  .asString()
                  .contains(System.getProperty("user.name"), "/sys/kernel/file");
            });
    assertCode(ErrorCode.PATH_CREATE, () -> storage.createPath("directory"));
  }

  @Test
  void saysThatTheDiskIsFullAndLeavesNothing() throws Exception {
    try (Mount mount = Mount.tmpfs(directory.resolve("full"), "size=64k")) {
      PosixStorage storage = new PosixStorage(mount.path());
      byte[] content = new byte[1 << 20];
      assertThatThrownBy(
              () -> {
                try (StorageOutput output = storage.write("file")) {
                  output.write(content, 0, content.length);
                  output.commit();
                }
              })
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.FILE_WRITE);
                assertThat(e.hints()).singleElement().asString().contains("is full");
              });
      assertThat(storage.list("")).isEmpty();
      put(storage, "small");
      assertThat(storage.list("")).hasSize(1);
    }
  }

  @Test
  void saysThatInodesHaveRunOut() throws Exception {
    try (Mount mount = Mount.tmpfs(directory.resolve("full"), "nr_inodes=4")) {
      PosixStorage storage = new PosixStorage(mount.path());
      assertThatThrownBy(
              () -> {
                for (int file = 0; file < 10; file++) {
                  put(storage, "file" + file);
                }
              })
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.FILE_OPEN);
                assertThat(e.hints()).singleElement().asString().contains("inodes");
              });
    }
  }

  @Test
  void saysThatTheFileSystemIsReadOnly() throws Exception {
    try (Mount mount = Mount.tmpfs(directory.resolve("read-only"), "ro")) {
      PosixStorage storage = new PosixStorage(mount.path());
      assertThatThrownBy(() -> storage.write("file"))
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.FILE_OPEN);
                assertThat(e.hints()).singleElement().asString().contains("read-only");
              });
      assertCode(ErrorCode.PATH_CREATE, () -> storage.createPath("directory"));
    }
  }

  @Test
  void movesAcrossAMountInsideTheRepository() throws Exception {
    PosixStorage storage = new PosixStorage(directory);
    put(storage, "file");
    try (Mount mount = Mount.tmpfs(directory.resolve("mounted"), "size=1m")) {
      storage.move("file", "mounted/file");
      assertThat(mount.path().resolve("file")).hasSize(1000);
      assertThat(storage.info("file")).isEmpty();
    }
  }

  @Test
  void writesBatchesWhereAFileSystemCannotBeSyncedAtOnce() throws Exception {
    try (Mount mount = Mount.overlay(directory.resolve("overlay"))) {
      PosixStorage storage = new PosixStorage(mount.path().resolve("repo"));
      try (StorageBatch batch = storage.batch();
          StorageOutput output = batch.write("backup/file")) {
        output.write(new byte[1000], 0, 1000);
        output.commit();
        batch.sync();
      }
      assertThat(mount.path().resolve("repo/backup/file")).hasSize(1000);
      storage.removeTree("");
    }
  }

  @Test
  void renamesWithoutReplacing() throws IOException {
    Path from = Files.writeString(directory.resolve("from ü"), "new");
    Path to = Files.writeString(directory.resolve("to"), "old");

    assertThat(FileRename.withoutReplacing(from, to)).isFalse();
    assertThat(to).hasContent("old");
    assertThat(FileRename.withoutReplacing(from, directory.resolve("free"))).isTrue();
    assertThat(directory.resolve("free")).hasContent("new");
    assertThatThrownBy(() -> FileRename.withoutReplacing(from, directory.resolve("again")))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("No such file");
  }

  private int mode(String path) throws IOException {
    return (int) Files.getAttribute(directory.resolve(path), "unix:mode") & 0777;
  }

  private static void put(PosixStorage storage, String path) {
    try (StorageOutput output = storage.write(path)) {
      output.write(new byte[1000], 0, 1000);
      output.commit();
    }
  }

  private static void assertCode(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(HoldfastException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  /** A small file system of its own, where the tests run with the right to mount one. */
  record Mount(Path path) implements AutoCloseable {
    static Mount tmpfs(Path path, String options) throws IOException, InterruptedException {
      return mount(path, "tmpfs", options);
    }

    static Mount overlay(Path path) throws IOException, InterruptedException {
      Path lower = Files.createDirectories(path.resolveSibling("lower"));
      Path upper = Files.createDirectories(path.resolveSibling("upper"));
      Path work = Files.createDirectories(path.resolveSibling("work"));
      return mount(
          path, "overlay", "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work);
    }

    private static Mount mount(Path path, String type, String options)
        throws IOException, InterruptedException {
      assumeThat(System.getProperty("user.name")).isEqualTo("root");
      Files.createDirectories(path);
      int exit = run(List.of("mount", "-t", type, "-o", options, type, path.toString()));
      assumeThat(exit).as("the exit code of mount").isZero();
      return new Mount(path);
    }

    @Override
    public void close() throws IOException, InterruptedException {
      assertThat(run(List.of("umount", path.toString()))).isZero();
      try (Stream<Path> left = Files.list(path)) {
        assertThat(left).isEmpty();
      }
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
  }
}
