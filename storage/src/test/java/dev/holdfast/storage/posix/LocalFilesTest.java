package dev.holdfast.storage.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.posix.LocalOutput.Sync;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFilesTest {
  private static final int LARGE = 16 * 1024 * 1024;

  @TempDir Path directory;
  private final LocalFiles files = new LocalFiles(2);

  @AfterEach
  void closeFiles() {
    files.close();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 4095, 4096, 4097, 8192, 4194303, 4194304, 4194305, 8388608, 12582912, 13000001})
  void writesAndReadsBackEveryLength(int length) throws IOException {
    byte[] content = random(length, length);
    for (long expected : new long[] {0, LARGE}) {
      Path file = directory.resolve("file" + expected);
      try (LocalOutput output = files.write(file, 0600, expected)) {
        writeInPieces(output, content, new Random(length));
        output.finish(Sync.CONTENT);
      }
      assertThat(Arrays.equals(Files.readAllBytes(file), content)).isTrue();
      try (InputStream input = files.read(file)) {
        assertThat(Arrays.equals(input.readAllBytes(), content)).isTrue();
      }
    }
  }

  @Test
  void aHoleHasALengthAndTakesNoRoomWhateverWasThereBefore() throws IOException {
    Path file = Files.write(directory.resolve("sparse"), random(1, 100_000));
    for (long length : new long[] {(1L << 30) + 3, 17, 0}) {
      LocalFiles.writeHole(file, 0640, length);
      assertThat(Files.size(file)).isEqualTo(length);
      assertThat(blocks(file)).isZero();
      assertThat((int) Files.getAttribute(file, "unix:mode") & 0777).isEqualTo(0640);
    }
    assertThatThrownBy(() -> LocalFiles.writeHole(directory.resolve("no/file"), 0600, 1))
        .hasMessageContaining("no/file");
  }

  @Test
  void replacesALongerFileWithItsMode() throws IOException {
    Path file = Files.write(directory.resolve("file"), random(1, 9_000_000));
    byte[] content = random(2, 5_000_000);
    try (LocalOutput output = files.write(file, 0640, LARGE)) {
      output.write(content, 0, content.length);
      output.finish(Sync.LATER);
    }

    assertThat(Arrays.equals(Files.readAllBytes(file), content)).isTrue();
    assertThat((int) Files.getAttribute(file, "unix:mode") & 0777).isEqualTo(0640);
  }

  @Test
  void staysWithinItsBuffersHoweverManyFilesAreOpen() throws IOException {
    List<LocalOutput> outputs = new ArrayList<>();
    byte[] content = random(3, 5_000_000);
    for (int file = 0; file < 6; file++) {
      LocalOutput output = files.write(directory.resolve("file" + file), 0600, LARGE);
      output.write(content, 0, content.length);
      outputs.add(output);
    }
    assertThat(outputs)
        .filteredOn(output -> output instanceof DirectLocalOutput)
        .hasSizeBetween(0, 2);
    for (LocalOutput output : outputs) {
      output.finish(Sync.LATER);
      output.close();
    }
    List<InputStream> inputs = new ArrayList<>();
    for (int file = 0; file < 6; file++) {
      inputs.add(files.read(directory.resolve("file" + file)));
    }
    for (InputStream input : inputs) {
      assertThat(Arrays.equals(input.readAllBytes(), content)).isTrue();
      input.close();
    }
  }

  @Test
  void usesBuffersAgainAfterFilesWereGivenUp() {
    for (int file = 0; file < 20; file++) {
      try (LocalOutput output = files.write(directory.resolve("file"), 0600, LARGE)) {
        output.write(new byte[5_000_000], 0, 5_000_000);
      }
      assertThatThrownBy(() -> files.write(directory.resolve("missing/file"), 0600, LARGE))
          .isInstanceOf(HoldfastException.class);
      assertThatThrownBy(() -> files.read(directory.resolve("missing/file")))
          .isInstanceOfSatisfying(
              HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING));
    }
  }

  @Test
  void readsWhatIsAppendedWhileItReads() throws IOException {
    Path file = Files.write(directory.resolve("log"), random(4, 1000));
    try (InputStream input = files.read(file)) {
      assertThat(input.readNBytes(1000)).hasSize(1000);
      Files.write(file, random(5, 3000));
      assertThat(input.readAllBytes()).hasSize(2000);
    }
  }

  @Test
  void writesOnAFileSystemInMemory() throws Exception {
    try (PosixStorageTest.Mount mount =
        PosixStorageTest.Mount.tmpfs(directory.resolve("memory"), "size=16m")) {
      Path file = mount.path().resolve("file");
      try (LocalOutput output = files.write(file, 0600, LARGE)) {
        output.write(new byte[5_000_001], 0, 5_000_001);
        output.finish(Sync.CONTENT);
      }
      assertThat(Files.size(file)).isEqualTo(5_000_001);
      assertThatThrownBy(
              () -> {
                try (LocalOutput output = files.write(mount.path().resolve("big"), 0600, LARGE)) {
                  output.write(new byte[20_000_000], 0, 20_000_000);
                  output.finish(Sync.CONTENT);
                }
              })
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.FILE_WRITE);
                assertThat(e.hints()).singleElement().asString().contains("is full");
              });
    }
  }

  @Test
  void leavesThePageCacheAsItWas() throws Exception {
    Path file = directory.resolve("relation");
    int length = 32 * 1024 * 1024;
    try (LocalOutput output = files.write(file, 0600, length)) {
      output.write(random(6, length), 0, length);
      output.finish(Sync.CONTENT);
    }
    assumeThat(residentPages(file)).as("pages cached by the write").isLessThan(100);
    try (InputStream input = files.read(file)) {
      input.readAllBytes();
    }
    long cachedByUs = residentPages(file);
    assumeThat(System.getProperty("os.version"))
        .satisfiesAnyOf(
            version -> assertThat(version).startsWith("6.1").matches("6\\.1[6-9].*"),
            version -> assertThat(version).matches("([7-9]|6\\.[2-9]\\d).*"));
    assertThat(cachedByUs).isLessThan(length / 4096 / 10);

    // What somebody else has cached stays cached, and is what we read.
    byte[] before = Files.readAllBytes(file);
    assertThat(residentPages(file)).isGreaterThan(length / 4096 * 9 / 10);
    try (InputStream input = files.read(file)) {
      assertThat(Arrays.equals(input.readAllBytes(), before)).isTrue();
    }
    assertThat(residentPages(file)).isGreaterThan(length / 4096 * 9 / 10);
  }

  @Test
  void keepsModesOwnersAndTimes() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    PosixAttributes.setMode(file, 0604);
    PosixAttributes.setModified(file, Instant.ofEpochSecond(1_700_000_001L));
    int uid = (int) Files.getAttribute(file, "unix:uid");
    int gid = (int) Files.getAttribute(file, "unix:gid");
    PosixAttributes.setOwner(file, uid, gid);
    String user = Files.getOwner(file).getName();
    PosixAttributes.setOwner(
        file,
        PosixAttributes.user(file, user).orElseThrow(),
        PosixAttributes.group(file, user).orElseThrow());

    assertThat((int) Files.getAttribute(file, "unix:mode") & 0777).isEqualTo(0604);
    assertThat(Files.getLastModifiedTime(file).toInstant())
        .isEqualTo(Instant.ofEpochSecond(1_700_000_001L));
    assertThat(PosixAttributes.user(file, "nobody of this name")).isEmpty();
    assertThat(PosixAttributes.group(file, "nobody of this name")).isEmpty();
  }

  private static void writeInPieces(LocalOutput output, byte[] content, Random random) {
    int written = 0;
    while (written < content.length) {
      int length = Math.min(content.length - written, random.nextInt(700_000));
      output.write(content, written, length);
      written += length;
    }
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static long blocks(Path file) throws IOException {
    Process process = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(new String(process.getInputStream().readAllBytes()).strip());
  }

  private static long residentPages(Path file) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder("fincore", "-b", "-n", "-o", "PAGES", file.toString()).start();
    } catch (IOException e) {
      assumeThat(false).as("fincore of util-linux is there").isTrue();
      throw e;
    }
    return Long.parseLong(new String(process.getInputStream().readAllBytes()).strip());
  }
}
