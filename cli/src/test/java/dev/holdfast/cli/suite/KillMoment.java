package dev.holdfast.cli.suite;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.testkit.SeededRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * When a process is killed: after a time, or as soon as a tree has seen so many changes in what
 * names it holds, which hits the short moments of renames and removals better.
 *
 * @param millis after which it is killed at the latest
 * @param changes after how many changes it is killed; 0 for the time alone
 */
record KillMoment(long millis, int changes) {
  /** A moment in the course of something that usually takes so long. */
  static KillMoment within(long typicalMillis, SeededRandom random) {
    return random.nextBoolean()
        ? new KillMoment(random.nextLong(typicalMillis + typicalMillis / 10 + 1), 0)
        : new KillMoment(2 * typicalMillis, random.nextInt(1, 12));
  }

  /**
   * Lets the process run until then and kills it.
   *
   * @return how it ended when it was faster
   */
  Optional<Outcome> strike(Running running, Path tree) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long state = changes == 0 ? 0 : state(tree);
    int seen = 0;
    try {
      while (System.nanoTime() < end) {
        if (running.process().waitFor(1, TimeUnit.MILLISECONDS)) {
          return Optional.of(running.await());
        }
        if (changes > 0) {
          long next = state(tree);
          seen += next == state ? 0 : 1;
          state = next;
          if (seen >= changes) {
            break;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    running.process().destroyForcibly();
    Outcome outcome = running.await();
    // 137: killed; anything else ended by itself in this very moment.
    return outcome.exit() == 137 ? Optional.empty() : Optional.of(outcome);
  }

  /** A number that changes with the names in a tree. */
  private static long state(Path tree) {
    long[] sum = {0};
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum[0] += file.hashCode();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException error) {
              // It was removed while we looked.
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException error) {
              sum[0] += directory.hashCode();
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sum[0];
  }
}
