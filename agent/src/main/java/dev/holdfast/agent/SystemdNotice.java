package dev.holdfast.agent;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells the service manager how the agent fares, by systemd's protocol: a datagram to the Unix
 * socket that {@code NOTIFY_SOCKET} names (sd_notify(3)). The JDK has no Unix datagrams, so this
 * calls the C library. A manager that does not listen is none of the agent's business.
 */
public final class SystemdNotice {
  private static final String READY = "READY=1\nSTATUS=pushing and fetching WAL\n";
  private static final String STOPPING = "STOPPING=1\n";

  private static final int UNIX = 1;
  private static final int DATAGRAM = 2;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int NO_SIGNAL = 0x4000;
  private static final int PATH_BYTES = 108;

  private final Optional<String> socket;

  /**
   * The manager that started this process.
   *
   * @param socket the variable NOTIFY_SOCKET: an absolute path, or a name after {@code @} that has
   *     no file; empty if nobody wants to know
   */
  public SystemdNotice(Optional<String> socket) {
    this.socket = socket.filter(name -> name.startsWith("/") || name.startsWith("@"));
  }

  /** Requests are answered from now on. */
  public void ready() {
    socket.ifPresent(name -> send(name, READY));
  }

  /** The agent is about to end. */
  public void stopping() {
    socket.ifPresent(name -> send(name, STOPPING));
  }

  private static void send(String name, String message) {
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    if (path.length >= PATH_BYTES) {
      return;
    }
    if (path[0] == '@') {
      path[0] = 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_SHORT.byteSize() + PATH_BYTES);
      address.set(JAVA_SHORT, 0, (short) UNIX);
      MemorySegment.copy(path, 0, address, JAVA_BYTE, JAVA_SHORT.byteSize(), path.length);
      byte[] text = message.getBytes(StandardCharsets.UTF_8);
      MemorySegment content = arena.allocateFrom(JAVA_BYTE, text);
      int length = (int) JAVA_SHORT.byteSize() + path.length;
      int descriptor =
          (int)
              function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
                  .invokeExact(UNIX, DATAGRAM | CLOSE_ON_EXEC, 0);
      if (descriptor >= 0) {
        long _ =
            (long)
                function(
                        "sendto",
                        FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT))
                    .invokeExact(
                        descriptor, content, (long) text.length, NO_SIGNAL, address, length);
        int _ =
            (int)
                function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT))
                    .invokeExact(descriptor);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // A downcall handle declares Throwable and throws nothing checked.
      throw new IllegalStateException("the service manager could not be told", e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
  }
}
