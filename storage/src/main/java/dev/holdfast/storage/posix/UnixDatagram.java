package dev.holdfast.storage.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Datagrams to Unix sockets, which the JDK does not have (unix(7)). */
public final class UnixDatagram {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int PATH_BYTES = 108;

  private UnixDatagram() {}

  /**
   * Sends one.
   *
   * @param address an absolute path, or a name after {@code @} that has no file
   * @param text in UTF-8
   * @return whether a socket took it
   */
  public static boolean send(String address, String text) {
    byte[] path = address.getBytes(StandardCharsets.UTF_8);
    if (path.length == 0 || path.length >= PATH_BYTES) {
      return false;
    }
    if (path[0] == '@') {
      path[0] = 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(JAVA_SHORT.byteSize() + PATH_BYTES);
      name.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(path, 0, name, JAVA_BYTE, JAVA_SHORT.byteSize(), path.length);
      return send(arena, name, (int) JAVA_SHORT.byteSize() + path.length, text);
    }
  }

  private static boolean send(Arena arena, MemorySegment name, int nameBytes, String text) {
    NativeCall.Outcome socket = LibC.SOCKET.call(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket.failed()) {
      return false;
    }
    int descriptor = (int) socket.value();
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      MemorySegment content = arena.allocateFrom(JAVA_BYTE, bytes);
      return !LibC.SENDTO
          .call(descriptor, content, (long) bytes.length, MSG_NOSIGNAL, name, nameBytes)
          .failed();
    } finally {
      LibC.CLOSE.call(descriptor);
    }
  }
}
