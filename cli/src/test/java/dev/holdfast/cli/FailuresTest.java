package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailuresTest {
  @TempDir Path directory;

  private HoldfastException explain(Throwable thrown) {
    Path missing = directory.resolve("missing");
    return new Failures(List.of(missing, directory), Instant.EPOCH).explain(thrown);
  }

  @Test
  void namesAFileThatOnlyItsOwnerReadsForADefect() throws IOException {
    HoldfastException error = explain(new IllegalStateException("seven is not eight"));
    assertThat(error.code()).isEqualTo(ErrorCode.UNHANDLED);
    assertThat(error.describe())
        .startsWith("[124]: internal error, IllegalStateException: seven is not eight\nHINT: ");
    Path file;
    try (var files = Files.list(directory)) {
      file = files.findFirst().orElseThrow();
    }
    assertThat(error.describe()).contains(file.toString());
    assertThat(Files.readString(file)).contains("FailuresTest").contains("seven is not eight");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void findsTheErrorThatAWorkerThrew() {
    HoldfastException thrown = new HoldfastException(ErrorCode.FILE_MISSING, "no such file");
    assertThat(explain(new RuntimeException(new ExecutionException(thrown)))).isSameAs(thrown);
  }

  @Test
  void saysHowToGiveMoreMemory() {
    HoldfastException error = explain(new OutOfMemoryError("Java heap space"));
    assertThat(error.code()).isEqualTo(ErrorCode.MEMORY);
    assertThat(error.hints()).anyMatch(hint -> hint.contains("-Xmx"));
  }
}
