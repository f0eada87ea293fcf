package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.sftp.SftpConnection.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * The requests that the driver makes, by absolute path, and the errors for what the server refuses.
 */
final class SftpServer implements AutoCloseable {
  static final String FSYNC = "fsync@openssh.com";
  static final String POSIX_RENAME = "posix-rename@openssh.com";
  static final String HARD_LINK = "hardlink@openssh.com";
  private static final String STATVFS = "statvfs@openssh.com";

  private static final int PATH_BYTES = 4096;

  /** A file system with less than this free is taken for full. */
  private static final long FULL_BELOW_BYTES = 64 * 1024;

  private static final int ST_RDONLY = 1;

  private final SftpConnection connection;

  SftpServer(SftpSettings settings) {
    this.connection = new SftpConnection(settings);
  }

  SftpConnection connection() {
    return connection;
  }

  SftpSettings settings() {
    return connection.settings();
  }

  /** The place of a path in the repository. */
  String absolute(String path) {
    String root = settings().root();
    String base = root.endsWith("/") ? root.substring(0, root.length() - 1) : root;
    if (path.isEmpty()) {
      return base.isEmpty() ? "/" : base;
    }
    return base + "/" + path;
  }

  /** Does something that may be done twice; a refusal becomes an error that names the path. */
  <T> T run(ErrorCode code, String action, String absolute, Work<T> work) {
    try {
      return connection.run(work);
    } catch (SftpException e) {
      throw failure(code, action, absolute, e);
    }
  }

  /** What a path is, links not followed. */
  Optional<SftpAttributes> attributes(String absolute) throws SftpException {
    return connection.run(channel -> attributes(channel, absolute));
  }

  static Optional<SftpAttributes> attributes(SftpChannel channel, String absolute)
      throws IOException {
    try {
      return Optional.of(
          channel.awaitAttributes(sendPath(channel, SftpConstants.SSH_FXP_LSTAT, absolute)));
    } catch (SftpException e) {
      if (isMissing(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static boolean isMissing(SftpException e) {
    return e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE
        || e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_PATH;
  }

  /** Renames, replacing what was there: at once where the server can. */
  static void replace(SftpChannel channel, String from, String to) throws IOException {
    if (channel.has(POSIX_RENAME)) {
      channel.awaitStatus(channel.sendExtended(POSIX_RENAME, bytes(from), bytes(to)));
      return;
    }
    try {
      rename(channel, from, to);
    } catch (SftpException e) {
      if (attributes(channel, from).isEmpty() || attributes(channel, to).isEmpty()) {
        throw e;
      }
      channel.awaitStatus(sendRemove(channel, to));
      rename(channel, from, to);
    }
  }

  /** The protocol's own renaming, which must not replace anything. */
  static void rename(SftpChannel channel, String from, String to) throws IOException {
    Buffer request = SftpChannel.request(2 * PATH_BYTES);
    request.putBytes(bytes(from));
    request.putBytes(bytes(to));
    channel.awaitStatus(channel.send(SftpConstants.SSH_FXP_RENAME, request));
  }

  static void hardLink(SftpChannel channel, String existing, String link) throws IOException {
    channel.awaitStatus(channel.sendExtended(HARD_LINK, bytes(existing), bytes(link)));
  }

  /** Sends the request to open a file; a mode of 0 leaves it to the server. */
  static int sendOpen(SftpChannel channel, String absolute, int flags, int mode)
      throws IOException {
    Buffer request = SftpChannel.request(PATH_BYTES);
    request.putBytes(bytes(absolute));
    request.putInt(flags);
    putMode(request, mode);
    return channel.send(SftpConstants.SSH_FXP_OPEN, request);
  }

  /** Sends the request to give a path its mode, which the server's umask has narrowed. */
  static int sendMode(SftpChannel channel, String absolute, int mode) throws IOException {
    Buffer request = SftpChannel.request(PATH_BYTES);
    request.putBytes(bytes(absolute));
    putMode(request, mode);
    return channel.send(SftpConstants.SSH_FXP_SETSTAT, request);
  }

  static int sendMakeDirectory(SftpChannel channel, String absolute, int mode) throws IOException {
    Buffer request = SftpChannel.request(PATH_BYTES);
    request.putBytes(bytes(absolute));
    putMode(request, mode);
    return channel.send(SftpConstants.SSH_FXP_MKDIR, request);
  }

  static int sendRemove(SftpChannel channel, String absolute) throws IOException {
    return sendPath(channel, SftpConstants.SSH_FXP_REMOVE, absolute);
  }

  /** Sends a request whose only argument is a path. */
  static int sendPath(SftpChannel channel, int command, String absolute) throws IOException {
    Buffer request = SftpChannel.request(PATH_BYTES);
    request.putBytes(bytes(absolute));
    return channel.send(command, request);
  }

  /** Makes a symbolic link, with the arguments in the order of OpenSSH, which others follow. */
  static void symbolicLink(SftpChannel channel, String link, String target) throws IOException {
    Buffer request = SftpChannel.request(2 * PATH_BYTES);
    request.putBytes(bytes(target));
    request.putBytes(bytes(link));
    channel.awaitStatus(channel.send(SftpConstants.SSH_FXP_SYMLINK, request));
  }

  /** What a symbolic link points at. */
  static String linkTarget(SftpChannel channel, String absolute) throws IOException {
    List<SftpName> target =
        channel.awaitNames(sendPath(channel, SftpConstants.SSH_FXP_READLINK, absolute));
    if (target.size() != 1) {
      throw new IOException("the server gave " + target.size() + " targets of one link");
    }
    return target.getFirst().name();
  }

  static int sendClose(SftpChannel channel, byte[] handle) throws IOException {
    return channel.send(SftpConstants.SSH_FXP_CLOSE, SftpChannel.request(handle, 0));
  }

  static void putMode(Buffer request, int mode) {
    if (mode == 0) {
      request.putInt(0);
    } else {
      request.putInt(SftpConstants.SSH_FILEXFER_ATTR_PERMISSIONS);
      request.putInt(mode);
    }
  }

  private static byte[] bytes(String path) {
    return path.getBytes(StandardCharsets.UTF_8);
  }

  /** The error for a refusal, with what the server's file system says about itself. */
  HoldfastException failure(ErrorCode code, String action, String absolute, SftpException cause) {
    List<String> hints = new ArrayList<>();
    int status = cause.getStatus();
    String server = settings().server();
    if (status == SftpConstants.SSH_FX_PERMISSION_DENIED) {
      hints.add(
          "Does the user '"
              + settings().user()
              + "' on '"
              + server
              + "' have the permissions it needs on '"
              + absolute
              + "' and on the directories above it?");
    } else if (status == SftpConstants.SSH_FX_NO_SPACE_ON_FILESYSTEM) {
      hints.add(full(absolute));
    } else if (status == SftpConstants.SSH_FX_QUOTA_EXCEEDED) {
      hints.add("The disk quota of '" + settings().user() + "' on '" + server + "' is used up.");
    } else if (status == SftpConstants.SSH_FX_WRITE_PROTECT) {
      hints.add(readOnly(absolute));
    } else if (status == SftpConstants.SSH_FX_FAILURE) {
      // Version 3 of the protocol has no other word for a full disk.
      fileSystemHint(absolute).ifPresent(hints::add);
    }
    return new HoldfastException(
        code,
        "unable to " + action + " '" + absolute + "' on '" + server + "': " + reason(cause),
        cause,
        hints.toArray(String[]::new));
  }

  private static String reason(SftpException cause) {
    String message = cause.getMessage();
    return message == null || message.isEmpty() ? "status " + cause.getStatus() : message;
  }

  private String full(String absolute) {
    return "The file system of '"
        + settings().server()
        + "' that holds '"
        + absolute
        + "' is full: free space or inodes on it.";
  }

  private String readOnly(String absolute) {
    return "The file system of '"
        + settings().server()
        + "' that holds '"
        + absolute
        + "' is mounted read-only.";
  }

  private Optional<String> fileSystemHint(String absolute) {
    try {
      return connection.run(channel -> {
        if (!channel.has(STATVFS)) {
          return Optional.empty();
        }
        Buffer answer =
            channel.awaitExtended(
                channel.sendExtended(STATVFS, bytes(nearestExisting(channel, absolute))));
        answer.getLong(); // The preferred block size.
        final long block = answer.getLong();
        answer.getLong(); // All blocks.
        answer.getLong(); // Free blocks, root's reserve among them.
        final long freeBlocks = answer.getLong();
        final long inodes = answer.getLong();
        answer.getLong(); // Free inodes, root's reserve among them.
        final long freeInodes = answer.getLong();
        answer.getLong(); // The file system's number.
        final long flags = answer.getLong();
        if ((flags & ST_RDONLY) != 0) {
          return Optional.of(readOnly(absolute));
        }
        boolean isFull = block * freeBlocks < FULL_BELOW_BYTES || (inodes > 0 && freeInodes == 0);
        return isFull ? Optional.of(full(absolute)) : Optional.empty();
      });
    } catch (SftpException | HoldfastException e) {
      return Optional.empty(); // Only a hint depends on it; the error itself is reported anyway.
    }
  }

  private static String nearestExisting(SftpChannel channel, String absolute) throws IOException {
    String path = absolute;
    while (path.length() > 1 && attributes(channel, path).isEmpty()) {
      path = path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }
    return path;
  }

  @Override
  public void close() {
    connection.close();
  }
}
