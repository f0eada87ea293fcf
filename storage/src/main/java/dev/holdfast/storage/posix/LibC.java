package dev.holdfast.storage.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/** The functions of the C library that the JDK offers no way to, on 64-bit Linux. */
final class LibC {
  static final NativeCall OPEN =
      NativeCall.of(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  static final NativeCall CLOSE = NativeCall.of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  static final NativeCall FLOCK =
      NativeCall.of("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  static final NativeCall SYNCFS =
      NativeCall.of("syncfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  static final NativeCall FTRUNCATE =
      NativeCall.of("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  static final NativeCall PREAD =
      NativeCall.of(
          "pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  static final NativeCall PWRITE =
      NativeCall.of(
          "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  static final NativeCall PREADV2 =
      NativeCall.of(
          "preadv2",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));
  static final NativeCall POSIX_FADVISE =
      NativeCall.of(
          "posix_fadvise",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  static final NativeCall STATX =
      NativeCall.of(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  static final NativeCall RENAMEAT2 =
      NativeCall.of(
          "renameat2",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
  static final NativeCall SETPRIORITY =
      NativeCall.of("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  static final NativeCall SOCKET =
      NativeCall.of("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  static final NativeCall SENDTO =
      NativeCall.of(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

  /** Functions of the kernel that the C library has no name for, with three numbers. */
  static final NativeCall SYSCALL =
      NativeCall.of(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(1));

  /** No such file or directory. */
  static final int ENOENT = 2;

  /** No such process, or thread. */
  static final int ESRCH = 3;

  /** Interrupted by a signal: try again. */
  static final int EINTR = 4;

  /** Would block; for flock: somebody else holds it. */
  static final int EAGAIN = 11;

  /** Permission denied. */
  static final int EACCES = 13;

  /** The file system does not do that. */
  static final int EOPNOTSUPP = 95;

  private LibC() {}
}
