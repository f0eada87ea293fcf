package dev.holdfast.postgres.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
  @TempDir private Path directory;

  @Test
  void isReplacedAsAWholeAndReadByItsOwnerOnly() throws IOException {
    Path file = directory.resolve("a");
    DurableFile.write(file, bytes("one"));
    Object first = identity(file);
    DurableFile.write(file, bytes("two"));

    assertThat(Files.readString(file)).isEqualTo("two");
    assertThat(identity(file)).isNotEqualTo(first);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void staysWhenItsContentIsTheSame() throws IOException {
    Path file = directory.resolve("a");
    DurableFile.write(file, bytes("one"));
    Object first = identity(file);
    DurableFile.write(file, bytes("one"));

    assertThat(identity(file)).isEqualTo(first);
    assertThat(Files.readString(file)).isEqualTo("one");
  }

  @Test
  void isItsOwnersAloneThoughItsContentStays() throws IOException {
    Path file = Files.writeString(directory.resolve("a"), "one");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    DurableFile.write(file, bytes("one"));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void replacesWhatACrashLeft() throws IOException {
    Path file = directory.resolve("a");
    Files.writeString(directory.resolve("a" + DurableFile.UNFINISHED), "half");
    DurableFile.write(file, bytes("whole"));

    assertThat(Files.readString(file)).isEqualTo("whole");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void keepsTheModeAndTheLinkOfAFileOfSomebodyElse() throws IOException {
    Path file = Files.writeString(directory.resolve("a"), "one");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    DurableFile.replace(link, bytes("two"));

    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(file)).isEqualTo("two");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void saysWhichFileCannotBeWritten() {
    Path file = directory.resolve("missing/a");

    assertThatThrownBy(() -> DurableFile.write(file, bytes("one"), "Make room."))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            problem -> assertThat(problem.hints()).containsExactly("Make room."))
        .hasMessageContaining(file.toString());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  private static Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
