package dev.holdfast.postgres.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaleLocksTest {
  @TempDir private Path directory;

  private Path lock(Path file, Path data) throws IOException {
    return Files.writeString(
        file,
        "%d\n%s\n1700000000\n5432\n%s\nlocalhost\n"
            .formatted(ProcessHandle.current().pid(), data, directory));
  }

  @Test
  void goFromTheDataDirectoryAndFromBesideTheSocket() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path postmaster = lock(data.resolve("postmaster.pid"), data);
    Path socket = lock(directory.resolve(".s.PGSQL.5432.lock"), data);

    new StaleLocks(data).remove();
    assertThat(postmaster).doesNotExist();
    assertThat(socket).doesNotExist();
    new StaleLocks(data).remove();
  }

  @Test
  void anotherClustersSocketIsLeftAlone() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    Path other = Files.createDirectory(directory.resolve("other"));
    lock(data.resolve("postmaster.pid"), data);
    Path socket = lock(directory.resolve(".s.PGSQL.5432.lock"), other);

    new StaleLocks(data).remove();
    assertThat(socket).exists();
    assertThat(data.resolve("postmaster.pid")).doesNotExist();
  }
}
