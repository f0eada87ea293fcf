package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;

/**
 * How the kernel serves this process beside others, on Linux: the processor by its niceness, disks
 * by its I/O priority.
 *
 * <p>Linux keeps both for each thread, and a new thread has those of the one that started it. So
 * they are set for every thread that there is, before workers are started; virtual threads have
 * those of the threads that carry them.
 *
 * <p>An I/O priority counts where the disk's scheduler knows of it (bfq, and mq-deadline in part;
 * {@code none}, usual for NVMe and in virtual machines, does not), for reads, for direct writes and
 * for syncs. What is written to the page cache, the kernel writes back in its own name.
 */
public enum ProcessPriority {
  /** After all others of the usual class. */
  LOW(2 << ProcessPriority.CLASS_SHIFT | 7),
  /** Only when nobody else wants the disk. */
  IDLE(3 << ProcessPriority.CLASS_SHIFT);

  private static final int CLASS_SHIFT = 13;

  /** For setpriority, and for ioprio_set: the number that follows is a thread's. */
  private static final int PRIO_PROCESS = 0;

  private static final int IOPRIO_WHO_PROCESS = 1;

  private static final Path THREADS = Path.of("/proc/self/task");

  private final int value;

  ProcessPriority(int value) {
    this.value = value;
  }

  /**
   * Gives all threads this I/O priority.
   *
   * @throws HoldfastException kernel (100) when it cannot be done
   */
  public void apply() {
    long number = ioprioSet();
    forEachThread(
        "I/O priority", thread -> LibC.SYSCALL.call(number, IOPRIO_WHO_PROCESS, thread, value));
  }

  /**
   * Gives all threads a niceness.
   *
   * @param niceness -20 to 19, which is the kindest; less than now takes privileges
   * @throws HoldfastException kernel (100) when it cannot be done
   */
  public static void nice(int niceness) {
    forEachThread("priority", thread -> LibC.SETPRIORITY.call(PRIO_PROCESS, thread, niceness));
  }

  private static void forEachThread(String what, IntFunction<NativeCall.Outcome> call) {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      for (Path thread : threads) {
        NativeCall.Outcome outcome = call.apply(Integer.parseInt(thread.getFileName().toString()));
        if (outcome.failed() && outcome.errno() != LibC.ESRCH) {
          throw new HoldfastException(
              ErrorCode.KERNEL, "unable to set process " + what + ": " + outcome.reason());
        }
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.KERNEL, "unable to set process " + what + ": cannot read " + THREADS, e);
    }
  }

  /** The number of the system call, which the C library has no function for. */
  private static long ioprioSet() {
    String architecture = System.getProperty("os.arch", "");
    return switch (architecture) {
      case "amd64", "x86_64" -> 251;
      case "aarch64", "riscv64" -> 30;
      default ->
          throw new HoldfastException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "option 'io-priority' is not supported on " + architecture,
              "Run the program through ionice instead.");
    };
  }
}
