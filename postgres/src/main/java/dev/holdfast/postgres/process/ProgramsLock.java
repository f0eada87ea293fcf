package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The lock of {@code flock(1)} in this process's hand: a program holds it for as long as its
 * standard input is open, which is no longer than this process lives, however that ends. (The locks
 * that Java takes are of another kind, and the two do not see one another.)
 */
public final class ProgramsLock implements AutoCloseable {
  private static final int SIGN = '\n';

  private final Process holder;

  private ProgramsLock(Process holder) {
    this.holder = holder;
  }

  /**
   * Waits until nobody else has it.
   *
   * @param unwanted whether nobody waits for that any more
   */
  static ProgramsLock take(Path file, BooleanSupplier unwanted) {
    try {
      ProgramsLock lock =
          new ProgramsLock(
              new ProcessBuilder(List.of("flock", "--exclusive", file.toString(), "cat"))
                  .directory(Path.of("/").toFile())
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start());
      try (Abandonment abandonment =
          Abandonment.of("the lock of '" + file + "'", unwanted, lock.holder::destroy)) {
        // cat returns the sign as soon as it runs, which it does when the lock is taken.
        lock.holder.getOutputStream().write(SIGN);
        lock.holder.getOutputStream().flush();
        int answer = lock.holder.getInputStream().read();
        abandonment.check();
        if (answer != SIGN) {
          throw new IOException("flock has ended");
        }
      }
      return lock;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.EXECUTE, "unable to lock '" + file + "' with flock: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      holder.getOutputStream().close();
    } catch (IOException e) {
      holder.destroy();
    }
  }
}
