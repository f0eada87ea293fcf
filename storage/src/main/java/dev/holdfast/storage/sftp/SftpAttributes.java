package dev.holdfast.storage.sftp;

import dev.holdfast.storage.StorageEntry;
import java.time.Instant;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.common.SftpConstants;

/**
 * What version 3 of the protocol says about a file.
 *
 * @param type what it is
 * @param size bytes of content
 * @param modified when the content changed, in whole seconds
 */
record SftpAttributes(StorageEntry.Type type, long size, Instant modified) {
  private static final int TYPE_BITS = 0170000;
  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;
  private static final int SYMBOLIC_LINK = 0120000;

  static SftpAttributes read(Buffer buffer) {
    int flags = buffer.getInt();
    long size = 0;
    int mode = 0;
    Instant modified = Instant.EPOCH;
    if ((flags & SftpConstants.SSH_FILEXFER_ATTR_SIZE) != 0) {
      size = buffer.getLong();
    }
    if ((flags & SftpConstants.SSH_FILEXFER_ATTR_UIDGID) != 0) {
      buffer.getLong();
    }
    if ((flags & SftpConstants.SSH_FILEXFER_ATTR_PERMISSIONS) != 0) {
      mode = buffer.getInt();
    }
    if ((flags & SftpConstants.SSH_FILEXFER_ATTR_ACMODTIME) != 0) {
      buffer.getInt();
      modified = Instant.ofEpochSecond(buffer.getUInt());
    }
    if ((flags & SftpConstants.SSH_FILEXFER_ATTR_EXTENDED) != 0) {
      for (int count = buffer.getInt(); count > 0; count--) {
        buffer.getBytes();
        buffer.getBytes();
      }
    }
    return new SftpAttributes(type(mode), size, modified);
  }

  private static StorageEntry.Type type(int mode) {
    return switch (mode & TYPE_BITS) {
      case REGULAR -> StorageEntry.Type.FILE;
      case DIRECTORY -> StorageEntry.Type.PATH;
      case SYMBOLIC_LINK -> StorageEntry.Type.LINK;
      default -> StorageEntry.Type.SPECIAL;
    };
  }
}
