package dev.holdfast.agent;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at {@code archive_status} when the kernel says that something changed there, and once a
 * second whether it does or not, so that a lost event costs a second and no more. When nothing is
 * left to do for a while, memory is given back.
 */
final class PushAhead implements Runnable {
  private static final long LOOK_AGAIN_MILLIS = 1000;

  private final WalRequests requests;
  private final Reporter reporter;
  private final IdleMemory memory = new IdleMemory();
  private String lastProblem = "";

  PushAhead(WalRequests requests, Reporter reporter) {
    this.requests = requests;
    this.reporter = reporter;
  }

  /** Runs until the thread is interrupted. */
  @Override
  public void run() {
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      @Nullable WatchKey key = null;
      while (!Thread.currentThread().isInterrupted()) {
        look();
        memory.look(requests.isWorking());
        if (key == null || !key.isValid()) {
          key = register(watch);
        }
        WatchKey changed = watch.poll(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        if (changed != null) {
          changed.pollEvents();
          changed.reset();
        }
      }
    } catch (InterruptedException | ClosedWatchServiceException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      reporter.warn("unable to watch for WAL that is ready, it is pushed when asked for: " + e);
    }
  }

  /** A directory that is not there, or moved, is looked for again each second. */
  private @Nullable WatchKey register(WatchService watch) {
    try {
      Path status = requests.walDirectory().resolve("archive_status");
      return status.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
    } catch (IOException | HoldfastException e) {
      return null;
    }
  }

  private void look() {
    try {
      requests.pushAhead();
      lastProblem = "";
    } catch (HoldfastException e) {
      // Said once: the next second would say the same.
      if (!e.describe().equals(lastProblem)) {
        lastProblem = e.describe();
        reporter.warn("cannot push WAL ahead: " + lastProblem);
      }
    }
  }
}
