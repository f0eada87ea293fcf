package dev.holdfast.storage.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One function of the C library, with {@code errno} taken at once: by the time that Java could ask
 * for it, the virtual machine may have made other calls.
 */
final class NativeCall {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup SYMBOLS = LINKER.defaultLookup();
  private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final int MAX_MESSAGE_BYTES = 1024;

  private final String name;
  private final MethodHandle handle;

  private NativeCall(String name, MethodHandle handle) {
    this.name = name;
    this.handle = handle;
  }

  /**
   * What a call gave.
   *
   * @param value the result as a long, -1 on failure
   * @param errno the error number; meaningful after a failure only
   */
  record Outcome(long value, int errno) {
    boolean failed() {
      return value == -1;
    }

    /** The system's words for the error number, in the language of the locale. */
    String reason() {
      return messageOf(errno);
    }
  }

  /** Looks a function up; its result must be an int or a long. */
  static NativeCall of(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment symbol =
        SYMBOLS
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name));
    Linker.Option[] all = new Linker.Option[options.length + 1];
    all[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(options, 0, all, 1, options.length);
    return new NativeCall(name, LINKER.downcallHandle(symbol, descriptor, all));
  }

  /** Calls it with arguments of exactly the descriptor's types, boxed. */
  Outcome call(Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURE);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      Number result = (Number) invoke(all);
      return new Outcome(result.longValue(), (int) ERRNO.get(state, 0L));
    }
  }

  private Object invoke(Object[] arguments) {
    try {
      return handle.invokeWithArguments(List.of(arguments));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // A downcall handle declares Throwable and throws nothing checked.
      throw new IllegalStateException("the call of " + name + " failed", e);
    }
  }

  private static String messageOf(int errno) {
    MethodHandle strerror =
        LINKER.downcallHandle(
            SYMBOLS.find("strerror").orElseThrow(),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    try {
      MemorySegment text = (MemorySegment) strerror.invokeExact(errno);
      return text.reinterpret(MAX_MESSAGE_BYTES).getString(0, StandardCharsets.UTF_8);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the call of strerror failed", e);
    }
  }
}
