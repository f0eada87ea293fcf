package dev.holdfast.ha.keeper;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;

/**
 * A watchdog of the kernel's ({@code Documentation/watchdog/watchdog-api.rst}), by the C library's
 * own calls: the JDK has no {@code ioctl}. No program that is started inherits it.
 */
final class LinuxWatchdog implements WatchdogDevice {
  /** {@code O_WRONLY | O_CLOEXEC}. */
  private static final int FLAGS = 0x80001;

  /** {@code _IOWR('W', 6, int)}, {@code WDIOC_SETTIMEOUT}. */
  private static final long SET_TIMEOUT = 0xC0045706L;

  private static final byte FOOD = 0;

  /** The "magic close": without it the device goes on counting when it is closed. */
  private static final byte DISARM = 'V';

  private static final MethodHandle OPEN =
      function(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL =
      function(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle WRITE =
      function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final Path path;
  private final int descriptor;

  private LinuxWatchdog(Path path, int descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /**
   * Opens one; it counts from now on.
   *
   * @throws HoldfastException file-open (41)
   */
  static LinuxWatchdog open(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      long opened = call(OPEN, arena.allocateFrom(path.toString()), FLAGS);
      if (opened < 0) {
        throw new HoldfastException(
            ErrorCode.FILE_OPEN,
            "unable to open the watchdog '" + path + "'",
            "Is it there (modprobe softdog), may the user write to it, and has nobody else opened"
                + " it?");
      }
      return new LinuxWatchdog(path, (int) opened);
    }
  }

  @Override
  public int timeout(int seconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocateFrom(JAVA_INT, seconds);
      if (call(IOCTL, descriptor, SET_TIMEOUT, value) < 0) {
        throw failed("have it wait for " + seconds + " s");
      }
      return value.get(JAVA_INT, 0);
    }
  }

  @Override
  public void feed() {
    if (!write(FOOD)) {
      throw failed("feed it");
    }
  }

  @Override
  public void disarm() {
    write(DISARM);
    call(CLOSE, descriptor);
  }

  private boolean write(byte value) {
    try (Arena arena = Arena.ofConfined()) {
      return call(WRITE, descriptor, arena.allocateFrom(JAVA_BYTE, value), 1L) == 1;
    }
  }

  private HoldfastException failed(String what) {
    return new HoldfastException(
        ErrorCode.KERNEL, "the watchdog '" + path + "' does not let us " + what);
  }

  private static MethodHandle function(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name)),
        descriptor,
        options);
  }

  private static long call(MethodHandle function, Object... arguments) {
    try {
      return ((Number) function.invokeWithArguments(List.of(arguments))).longValue();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // A downcall handle declares Throwable and throws nothing checked.
      throw new IllegalStateException("a call of the C library failed", e);
    }
  }
}
