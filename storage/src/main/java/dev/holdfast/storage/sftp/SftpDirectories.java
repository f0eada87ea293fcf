package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageEntry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/** Makes, syncs and removes directories of the server. */
final class SftpDirectories {
  /** How many removals are under way at once. */
  private static final int WINDOW = 64;

  /** Others may be changing the directory. */
  private static final int MAX_LISTINGS = 20;

  /** Others may be removing the same tree. */
  private static final int MAX_REMOVALS = 10;

  private final SftpServer server;

  SftpDirectories(SftpServer server) {
    this.server = server;
  }

  static String parentOf(String absolute) {
    return absolute.substring(0, Math.max(1, absolute.lastIndexOf('/')));
  }

  /** Makes a directory and those above it, each durably. */
  void create(String absolute) {
    server.run(
        ErrorCode.PATH_CREATE,
        "create the directory",
        absolute,
        channel -> {
          create(channel, absolute, server.settings().pathMode());
          return absolute;
        });
  }

  static void create(SftpChannel channel, String absolute, int mode) throws IOException {
    try {
      channel.awaitStatus(SftpServer.sendMakeDirectory(channel, absolute, mode));
    } catch (SftpException e) {
      if (SftpServer.isMissing(e) && absolute.length() > 1) {
        create(channel, parentOf(absolute), mode);
        create(channel, absolute, mode);
        return;
      }
      if (isDirectory(channel, absolute)) {
        return;
      }
      throw e;
    }
    channel.awaitStatus(SftpServer.sendMode(channel, absolute, mode));
    sync(channel, parentOf(absolute));
  }

  private static boolean isDirectory(SftpChannel channel, String absolute) throws IOException {
    try {
      return attributes(channel, absolute).type() == StorageEntry.Type.PATH;
    } catch (SftpException e) {
      return false; // The refusal that led here is the one to tell.
    }
  }

  /** Makes a directory's entries durable, where the server can. */
  void sync(String absolute) {
    try {
      server
          .connection()
          .run(channel -> {
            sync(channel, absolute);
            return absolute;
          });
    } catch (SftpException e) {
      throw server.failure(
          SftpServer.isMissing(e) ? ErrorCode.PATH_MISSING : ErrorCode.PATH_SYNC,
          "sync the directory",
          absolute,
          e);
    }
  }

  /**
   * Opens a directory as if it were a file and syncs that, which OpenSSH's server on Unix takes;
   * where opening is refused there is no way to sync it, as there is none for pgBackRest anywhere.
   */
  static void sync(SftpChannel channel, String absolute) throws IOException {
    if (!channel.has(SftpServer.FSYNC)) {
      requireExisting(channel, absolute);
      return;
    }
    byte[] handle;
    try {
      handle =
          channel.awaitHandle(
              SftpServer.sendOpen(channel, absolute, SftpConstants.SSH_FXF_READ, 0));
    } catch (SftpException e) {
      if (SftpServer.isMissing(e)) {
        throw e;
      }
      requireExisting(channel, absolute);
      return;
    }
    int sync = channel.sendExtended(SftpServer.FSYNC, handle);
    int close = SftpServer.sendClose(channel, handle);
    try {
      channel.awaitStatus(sync);
    } finally {
      channel.forget(close);
    }
  }

  private static void requireExisting(SftpChannel channel, String absolute) throws IOException {
    if (attributes(channel, absolute).type() != StorageEntry.Type.PATH) {
      throw new SftpException(SftpConstants.SSH_FX_FAILURE, "not a directory");
    }
  }

  /** What a path leads to, links followed. */
  private static SftpAttributes attributes(SftpChannel channel, String absolute)
      throws IOException {
    return channel.awaitAttributes(
        SftpServer.sendPath(channel, SftpConstants.SSH_FXP_STAT, absolute));
  }

  /**
   * The names below a directory with what they are, or nothing when it is missing. Some servers
   * refuse to go on when an entry or the directory itself is removed under them: then again.
   */
  static Optional<List<SftpName>> list(SftpChannel channel, String absolute) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        byte[] handle =
            channel.awaitHandle(
                SftpServer.sendPath(channel, SftpConstants.SSH_FXP_OPENDIR, absolute));
        try {
          return Optional.of(entries(channel, handle));
        } finally {
          channel.forget(SftpServer.sendClose(channel, handle));
        }
      } catch (SftpException e) {
        if (SftpServer.attributes(channel, absolute).isEmpty()) {
          return Optional.empty();
        }
        if (!SftpServer.isMissing(e) || attempt == MAX_LISTINGS) {
          throw e;
        }
      }
    }
  }

  private static List<SftpName> entries(SftpChannel channel, byte[] handle) throws IOException {
    List<SftpName> entries = new ArrayList<>();
    while (true) {
      List<SftpName> some =
          channel.awaitNames(
              channel.send(SftpConstants.SSH_FXP_READDIR, SftpChannel.request(handle, 0)));
      if (some.isEmpty()) {
        return entries;
      }
      for (SftpName entry : some) {
        if (!entry.name().equals(".") && !entry.name().equals("..")) {
          entries.add(entry);
        }
      }
    }
  }

  /** Removes a directory with everything below it, following no link. */
  void removeTree(String absolute) {
    try {
      server
          .connection()
          .run(channel -> {
            Optional<SftpAttributes> attributes = SftpServer.attributes(channel, absolute);
            if (attributes.isPresent() && attributes.get().type() != StorageEntry.Type.PATH) {
              throw new HoldfastException(
                  ErrorCode.PATH_REMOVE,
                  "unable to remove the directory '" + absolute + "': it is no directory");
            }
            if (attributes.isPresent()) {
              removeDirectory(channel, absolute);
            }
            return absolute;
          });
    } catch (SftpException e) {
      throw server.failure(ErrorCode.PATH_REMOVE, "remove the directory", absolute, e);
    }
  }

  private static void removeDirectory(SftpChannel channel, String absolute) throws IOException {
    for (int attempt = 1; ; attempt++) {
      removeEntries(channel, absolute);
      try {
        channel.awaitStatus(SftpServer.sendPath(channel, SftpConstants.SSH_FXP_RMDIR, absolute));
        return;
      } catch (SftpException e) {
        if (SftpServer.isMissing(e) || SftpServer.attributes(channel, absolute).isEmpty()) {
          return;
        }
        if (attempt == MAX_REMOVALS) {
          throw e;
        }
      }
    }
  }

  private static void removeEntries(SftpChannel channel, String absolute) throws IOException {
    Deque<Integer> removals = new ArrayDeque<>();
    for (SftpName entry : list(channel, absolute).orElse(List.of())) {
      String path = absolute + "/" + entry.name();
      if (entry.attributes().type() == StorageEntry.Type.PATH) {
        removeDirectory(channel, path);
      } else {
        removals.add(SftpServer.sendRemove(channel, path));
        if (removals.size() == WINDOW) {
          awaitRemoval(channel, removals.remove());
        }
      }
    }
    while (!removals.isEmpty()) {
      awaitRemoval(channel, removals.remove());
    }
  }

  private static void awaitRemoval(SftpChannel channel, int id) throws IOException {
    try {
      channel.awaitStatus(id);
    } catch (SftpException e) {
      if (!SftpServer.isMissing(e)) {
        throw e;
      }
    }
  }
}
