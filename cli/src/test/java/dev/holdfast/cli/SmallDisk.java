package dev.holdfast.cli;

import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.testkit.TestDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A file system of its own, in memory, so that it can be full. Needs root.
 *
 * @param directory whose owner it belongs to
 * @param place where it is mounted
 * @param size as mount takes it: {@code 64k}
 */
public record SmallDisk(TestDirectory directory, Path place, String size) implements AutoCloseable {
  /** Mounts it. */
  public SmallDisk {
    root("mount", "-t", "tmpfs", "-o", "mode=0750,size=" + size, "tmpfs", place.toString());
    directory.owner().own(place);
  }

  /** Makes room. */
  public void grow(String larger) {
    root("mount", "-o", "remount,size=" + larger, place.toString());
  }

  /** Takes all the room that is left. */
  public void fill() {
    root("sh", "-c", "dd if=/dev/zero of=" + place.resolve("filling") + " bs=4096 2>&1 || true");
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
