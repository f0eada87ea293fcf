package dev.holdfast.agent;

import dev.holdfast.engine.Reporter;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the kernel says that a file came into a directory. A host has a number of such
 * watches only: where none is left, the longest wait is the only one there is.
 */
final class ReadyWatch implements AutoCloseable {
  /** Makes the kernel's watch. */
  interface Source {
    WatchService open() throws IOException;
  }

  private final @Nullable WatchService service;
  private @Nullable WatchKey key;

  private ReadyWatch(@Nullable WatchService service) {
    this.service = service;
  }

  static ReadyWatch open(Reporter reporter) {
    return open(FileSystems.getDefault()::newWatchService, reporter);
  }

  static ReadyWatch open(Source source, Reporter reporter) {
    try {
      return new ReadyWatch(source.open());
    } catch (IOException e) {
      reporter.warn("unable to watch for WAL that is ready, it is looked for instead: " + e);
      return new ReadyWatch(null);
    }
  }

  /**
   * Waits for a file to come.
   *
   * @param directory where to; asked while it is not watched, because it is not there or was moved
   * @param longest the wait after which to look in any case
   */
  void await(Supplier<Optional<Path>> directory, Duration longest) throws InterruptedException {
    WatchService watch = service;
    if (watch == null) {
      Thread.sleep(longest);
      return;
    }
    if (key == null || !key.isValid()) {
      key = directory.get().map(path -> register(watch, path)).orElse(null);
    }
    WatchKey changed = watch.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
    if (changed != null) {
      changed.pollEvents();
      changed.reset();
    }
  }

  private static @Nullable WatchKey register(WatchService watch, Path directory) {
    try {
      return directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    if (service != null) {
      try {
        service.close();
      } catch (IOException e) {
        // The process ends, and the watch with it.
      }
    }
  }
}
