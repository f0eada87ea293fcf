package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.manifest.ManifestFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;

/**
 * Whether a file is already what a delta restore would make of it. By content; with force, by size
 * and time alone, for files older than the backup's copy.
 */
final class ExistingFile {
  private final boolean delta;
  private final boolean force;
  private final long copyStart;
  private final ByteBuffer buffer = ByteBuffer.allocate(256 * 1024);
  private final MessageDigest digest;

  /**
   * @param delta whether existing files count at all
   * @param force whether size and time are enough
   * @param copyStart when the backup began to copy, epoch seconds: a file of that second or later
   *     may have changed after it was copied without a change of its time
   */
  ExistingFile(boolean delta, boolean force, long copyStart) {
    this.delta = delta;
    this.force = force;
    this.copyStart = copyStart;
    try {
      this.digest = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new HoldfastException(ErrorCode.ASSERT, "no SHA-1 in this Java runtime", e);
    }
  }

  /** Whether it can stay; its time is then the backup's. */
  boolean matches(Path path, ManifestFile file) {
    if (!delta) {
      return false;
    }
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        return false;
      }
      long modified = attributes.lastModifiedTime().to(TimeUnit.SECONDS);
      if (force) {
        return attributes.size() == file.size()
            && modified == file.timestamp()
            && modified < copyStart;
      }
      if (attributes.size() < file.size()) {
        return false;
      }
      if (attributes.size() > file.size()) {
        if (file.blockMapSize() != 0 && file.size() == 0) {
          return false;
        }
        // It may only have grown since: cut it, and see whether the rest is unchanged.
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.truncate(file.size());
        }
        modified = -1;
      }
      if (file.size() != 0 && !hash(path).equals(file.checksum())) {
        return false;
      }
      if (modified != file.timestamp()) {
        Files.setLastModifiedTime(path, FileTime.from(file.timestamp(), TimeUnit.SECONDS));
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to compare '" + path + "': " + e.getMessage(), e);
    }
  }

  private Sha1Hash hash(Path path) throws IOException {
    digest.reset();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear()) >= 0) {
        digest.update(buffer.array(), 0, buffer.position());
      }
    }
    return Sha1Hash.of(digest.digest());
  }
}
