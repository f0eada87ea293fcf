package dev.holdfast.engine.restore;

import dev.holdfast.engine.Reporter;
import dev.holdfast.storage.posix.FileSystemFlush;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Makes everything that a restore wrote durable, one call for each file system. */
final class FileSystemSync {
  private FileSystemSync() {}

  static void sync(TargetMapping mapping, Reporter reporter) {
    Set<Object> flushed = new HashSet<>();
    for (TargetMapping.Destination target : mapping.destinations()) {
      if (flushed.add(device(target.path()))) {
        reporter.log(Reporter.Level.DETAIL, "sync file system of '" + target.path() + "'");
        FileSystemFlush.flush(target.path());
      }
    }
  }

  /** Something that is equal for paths of one file system; the path itself where it is unknown. */
  private static Object device(Path path) {
    try {
      FileStore store = Files.getFileStore(path);
      return store.name() + "|" + store.type() + "|" + Files.getAttribute(path, "unix:dev");
    } catch (IOException e) {
      return path;
    }
  }
}
