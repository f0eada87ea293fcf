package dev.holdfast.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.Timeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTimelinesTest {
  @TempDir private Path data;

  private Path wal(String name) {
    return data.resolve("pg_wal").resolve(name);
  }

  @Test
  void timelinesThatNobodyWroteLeaveNoGapInTheArchive() throws IOException {
    Files.createDirectories(wal("archive_status"));
    Files.writeString(wal("00000002.history"), "1\t0/3000000\tno recovery target specified\n");
    WalTimelines timelines = new WalTimelines(data);

    timelines.skip(new Timeline(2), new Timeline(6));
    assertThat(wal("archive_status")).as("not before there is a timeline 6").isEmptyDirectory();
    assertThat(wal("00000006.history")).as("which PostgreSQL is to choose").doesNotExist();

    Files.writeString(wal("archive_status/00000004.history.done"), "");
    timelines.archiveSkipped(new Timeline(6));
    assertThat(wal("archive_status"))
        .isDirectoryContaining("glob:**/00000003.history.ready")
        .isDirectoryContaining("glob:**/00000005.history.ready")
        .isDirectoryNotContaining("glob:**/00000002.history.*")
        .isDirectoryNotContaining("glob:**/00000004.history.ready")
        .isDirectoryNotContaining("glob:**/00000006.history.*");
  }
}
