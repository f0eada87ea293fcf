package dev.holdfast.cli.suite;

import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.testkit.TestDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A file system of its own, in memory, so that it can be full. Only root can make one. */
record SmallDisk(TestDirectory directory, Path place, String size) implements AutoCloseable {
  SmallDisk {
    root("mount", "-t", "tmpfs", "-o", "mode=0750,size=" + size, "tmpfs", place.toString());
    directory.owner().own(place);
  }

  void grow(String larger) {
    root("mount", "-o", "remount,size=" + larger, place.toString());
  }

  @Override
  public void close() {
    root("umount", place.toString());
  }

  private static void root(String... command) {
    ExternalProgram.run(List.of(command), Map.of(), Duration.ofSeconds(20))
        .orThrow(String.join(" ", command));
  }
}
