package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** {@code renameat2(2)} with {@code RENAME_NOREPLACE}, which the JDK does not offer. */
final class FileRename {
  private static final int AT_FDCWD = -100;
  private static final int RENAME_NOREPLACE = 1;
  private static final int EEXIST = 17;

  private FileRename() {}

  /** Renames unless the new name exists; whether it did. */
  static boolean withoutReplacing(Path from, Path to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment oldName = arena.allocateFrom(from.toString());
      MemorySegment newName = arena.allocateFrom(to.toString());
      NativeCall.Outcome outcome =
          LibC.RENAMEAT2.call(AT_FDCWD, oldName, AT_FDCWD, newName, RENAME_NOREPLACE);
      if (outcome.failed() && outcome.errno() != EEXIST) {
        throw new HoldfastException(
            ErrorCode.FILE_MOVE,
            "unable to rename '"
                + from
                + "' to '"
                + to
                + "' without replacing it: "
                + outcome.reason(),
            "The file system must support hard links or renaming without replacement.");
      }
      return !outcome.failed();
    }
  }
}
