package dev.holdfast.postgres.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileTreeTest {
  @TempDir Path directory;

  @Test
  void theKernelsWayAndTheJdksFindTheSame() throws Exception {
    for (int i = 0; i < 3000; i++) {
      Path file = Files.writeString(directory.resolve("file " + i + " ü"), "x".repeat(i % 7));
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_600_000_000_999L + i * 1000L));
    }
    Files.createDirectory(directory.resolve("sub"));
    Files.createSymbolicLink(directory.resolve("to-sub"), Path.of("sub"));
    Files.createSymbolicLink(directory.resolve("to-nothing"), Path.of("nothing"));
    Files.createFile(directory.resolve("." + "n".repeat(200)));
    assertThat(new ProcessBuilder("mkfifo", directory + "/fifo").start().waitFor()).isZero();
    FileTree kernel = new FileTree(KernelDirectory.available().orElseThrow());
    assertThat(kernel.list(directory))
        .hasSize(3005)
        .isEqualTo(new FileTree((KernelDirectory) null).list(directory));
    assertThat(kernel.list(directory.resolve("missing"))).isNull();
    assertThat(kernel.list(directory.resolve("file 1 ü"))).isNull();
  }

  @Test
  void aNameThatIsNotUtf8StopsTheWalkInsteadOfLookingVanished() throws Exception {
    Process printf =
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'a\\377b')\"")
            .directory(directory.toFile())
            .start();
    assertThat(printf.waitFor())
        .as(new String(printf.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .isZero();
    for (FileTree tree : List.of(new FileTree(), new FileTree((KernelDirectory) null))) {
      assertThatThrownBy(() -> tree.list(directory))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining(directory.toString());
    }
  }
}
