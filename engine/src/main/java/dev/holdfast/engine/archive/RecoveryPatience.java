package dev.holdfast.engine.archive;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * How a failure to bring WAL reaches PostgreSQL without harm.
 *
 * <p>Every exit code of restore_command from 1 to 125 means to PostgreSQL that the archive ends
 * here. Under {@code recovery.signal} the server then ends recovery and opens for writes, short of
 * everything that the archive could not deliver just now. So there a failure is tried again for as
 * long as archive-timeout, and then answered by a code that makes the server stop: 126 and more
 * (see {@code wait_result_is_any_signal} in PostgreSQL's {@code src/common/wait_error.c}). Under
 * {@code standby.signal} the server asks again by itself, and streams meanwhile.
 */
public final class RecoveryPatience {
  /** Makes PostgreSQL stop its recovery. */
  public static final int EXIT_STOP_RECOVERY = 255;

  private final Path dataDirectory;
  private final Duration timeout;

  /** For the recovery of this cluster. */
  public RecoveryPatience(Path dataDirectory, Duration timeout) {
    this.dataDirectory = dataDirectory;
    this.timeout = timeout;
  }

  /**
   * Does it, and again while it fails and the server would take a failure for the archive's end.
   *
   * @throws HoldfastException the last failure
   */
  public boolean attempt(BooleanSupplier get) {
    Deadline deadline = Deadline.in(timeout);
    while (true) {
      try {
        return get.getAsBoolean();
      } catch (HoldfastException e) {
        if (!endsEarly() || e.code() == ErrorCode.TERM || !deadline.pause()) {
          throw e;
        }
      }
    }
  }

  /** The exit code for a failure: the error's own, unless the server would end recovery by it. */
  public int exitCode(HoldfastException error) {
    return endsEarly() ? EXIT_STOP_RECOVERY : error.code().number();
  }

  private boolean endsEarly() {
    return Files.exists(dataDirectory.resolve("recovery.signal"));
  }
}
