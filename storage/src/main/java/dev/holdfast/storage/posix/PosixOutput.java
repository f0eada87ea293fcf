package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** A temporary file that takes its name when it is complete and synced. */
final class PosixOutput extends StorageOutput {
  /** The JDK keeps a direct buffer of the largest size ever asked for per thread: bound it. */
  private static final int MAX_BYTES_PER_CALL = 256 * 1024;

  /** What {@link #commit} promises, and when it refuses. */
  enum Naming {
    REPLACE,
    EXCLUSIVE
  }

  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final Naming naming;
  private final Durability durability;
  private boolean settled;

  /** What a commit syncs by itself; a batch syncs the rest. */
  enum Durability {
    NOTHING,
    CONTENT,
    CONTENT_AND_NAME
  }

  PosixOutput(Path path, TemporaryName.Opened temporary, Naming naming, Durability durability) {
    this.path = path;
    this.temporary = temporary.path();
    this.channel = temporary.channel();
    this.naming = naming;
    this.durability = durability;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int written = 0;
    while (written < length) {
      int part = Math.min(length - written, MAX_BYTES_PER_CALL);
      try {
        written += channel.write(ByteBuffer.wrap(bytes, offset + written, part));
      } catch (IOException e) {
        throw PosixFailure.of(ErrorCode.FILE_WRITE, "write", temporary, e);
      }
    }
  }

  @Override
  public void commit() {
    if (settled) {
      throw new IllegalStateException("'" + path + "' was already committed or closed");
    }
    // A second force after a failed one may report success although the pages are lost, so the
    // first failure is final: close() removes the temporary file.
    try {
      if (durability != Durability.NOTHING) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_SYNC, "sync", temporary, e);
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_CLOSE, "close", temporary, e);
    }
    if (naming == Naming.EXCLUSIVE) {
      takeNewName();
    } else {
      takeName();
    }
    settled = true;
    if (durability == Durability.CONTENT_AND_NAME) {
      PosixDirectories.sync(PosixDirectories.parentOf(path));
    }
  }

  private void takeName() {
    try {
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_MOVE, "rename '" + temporary + "' to", path, e);
    }
  }

  private void takeNewName() {
    try {
      Files.createLink(path, temporary);
    } catch (FileAlreadyExistsException e) {
      throw new HoldfastException(ErrorCode.FILE_EXISTS, "'" + path + "' already exists", e);
    } catch (IOException | UnsupportedOperationException linkRefused) {
      // Some network and FUSE file systems know no hard links.
      if (!FileRename.withoutReplacing(temporary, path)) {
        throw new HoldfastException(
            ErrorCode.FILE_EXISTS, "'" + path + "' already exists", linkRefused);
      }
      return;
    }
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_REMOVE, "remove", temporary, e);
    }
  }

  @Override
  public void close() {
    if (settled) {
      return;
    }
    settled = true;
    try (channel) {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_REMOVE, "remove", temporary, e);
    }
  }
}
