package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes the names in a directory of the restored cluster durable. */
final class PathSync {
  private PathSync() {}

  static void sync(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_SYNC, "unable to sync path '" + directory + "'", e);
    }
  }
}
