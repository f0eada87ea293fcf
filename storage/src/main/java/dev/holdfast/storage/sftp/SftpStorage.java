package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.StoragePath;
import dev.holdfast.storage.sftp.SftpConnection.Lease;
import dev.holdfast.storage.sftp.SftpOutput.Naming;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.sftp.common.SftpException;

/**
 * A directory of a server that speaks SFTP. See the package for what it needs of the server.
 *
 * <p>Connects when it is first used. The threads of a connection do not keep the program running.
 */
public final class SftpStorage implements Storage, AutoCloseable {
  private final SftpServer server;
  private final SftpDirectories directories;

  /** A storage that will connect with these settings. */
  public SftpStorage(SftpSettings settings) {
    this.server = new SftpServer(settings);
    this.directories = new SftpDirectories(server);
  }

  /** Directories and symbolic links always; hard links where the server has OpenSSH's. */
  @Override
  public Set<StorageFeature> features() {
    EnumSet<StorageFeature> features =
        EnumSet.of(StorageFeature.PATH, StorageFeature.SYMBOLIC_LINK);
    try (Lease lease = server.connection().lease()) {
      if (lease.channel().has(SftpServer.HARD_LINK)) {
        features.add(StorageFeature.HARD_LINK);
      }
    }
    return features;
  }

  @Override
  public String name() {
    return "sftp://" + server.settings().server() + server.settings().root();
  }

  @Override
  public Optional<StorageEntry> info(String path) {
    String absolute = server.absolute(StoragePath.requirePath(path));
    return server.run(
        ErrorCode.FILE_INFO,
        "get the attributes of",
        absolute,
        channel -> {
          Optional<SftpAttributes> attributes = SftpServer.attributes(channel, absolute);
          return attributes.isEmpty()
              ? Optional.empty()
              : Optional.of(entry(channel, path, absolute, attributes.get()));
        });
  }

  private static StorageEntry entry(
      SftpChannel channel, String name, String absolute, SftpAttributes attributes)
      throws IOException {
    String target =
        attributes.type() == StorageEntry.Type.LINK
            ? SftpServer.linkTarget(channel, absolute)
            : null;
    long size = attributes.type() == StorageEntry.Type.FILE ? attributes.size() : 0;
    return new StorageEntry(name, attributes.type(), size, attributes.modified(), target);
  }

  @Override
  public List<StorageEntry> list(String path) {
    String absolute = server.absolute(StoragePath.requirePath(path));
    return server.run(
        ErrorCode.PATH_OPEN,
        "list the directory",
        absolute,
        channel -> {
          List<StorageEntry> entries = new ArrayList<>();
          Optional<List<SftpName>> listed = SftpDirectories.list(channel, absolute);
          for (SftpName entry : listed.orElse(List.of())) {
            addEntry(entries, channel, absolute, entry);
          }
          entries.sort(Comparator.comparing(StorageEntry::name, StoragePath.BYTE_ORDER));
          return entries;
        });
  }

  private static void addEntry(
      List<StorageEntry> entries, SftpChannel channel, String directory, SftpName entry)
      throws IOException {
    String name = entry.name();
    try {
      entries.add(entry(channel, name, directory + "/" + name, entry.attributes()));
    } catch (SftpException e) {
      if (!SftpServer.isMissing(e)) {
        throw e;
      }
      // A link that was removed between the listing and here, and so it is not listed.
    }
  }

  @Override
  public InputStream read(String path) {
    return SftpInput.open(server, file(path), 0, -1);
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    if (offset < 0 || length < 0) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "the range of " + length + " bytes at " + offset + " of '" + path + "' is negative");
    }
    return SftpInput.open(server, file(path), offset, length);
  }

  @Override
  public StorageOutput write(String path) {
    return SftpOutput.open(server, file(path), Naming.REPLACE);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    return SftpOutput.open(server, file(path), Naming.EXCLUSIVE);
  }

  @Override
  public StorageBatch batch() {
    return new SftpBatch(server);
  }

  @Override
  public void createPath(String path) {
    directories.create(server.absolute(StoragePath.requirePath(path)));
  }

  @Override
  public void remove(String path) {
    String absolute = file(path);
    server.run(
        ErrorCode.FILE_REMOVE,
        "remove",
        absolute,
        channel -> {
          try {
            channel.awaitStatus(SftpServer.sendRemove(channel, absolute));
          } catch (SftpException e) {
            if (!SftpServer.isMissing(e)) {
              throw e;
            }
          }
          return absolute;
        });
  }

  @Override
  public void removeTree(String path) {
    directories.removeTree(server.absolute(StoragePath.requirePath(path)));
  }

  @Override
  public void move(String from, String to) {
    String source = file(from);
    String target = file(to);
    AtomicBoolean repeated = new AtomicBoolean();
    try {
      server
          .connection()
          .run(channel -> {
            move(channel, source, target, repeated.getAndSet(true));
            return target;
          });
    } catch (SftpException e) {
      throw server.failure(
          SftpServer.isMissing(e) ? ErrorCode.FILE_MISSING : ErrorCode.FILE_MOVE,
          "move '" + source + "' to",
          target,
          e);
    }
    String targetParent = SftpDirectories.parentOf(target);
    String sourceParent = SftpDirectories.parentOf(source);
    directories.sync(targetParent);
    if (!sourceParent.equals(targetParent)) {
      directories.sync(sourceParent);
    }
  }

  private void move(SftpChannel channel, String source, String target, boolean mayBeDone)
      throws IOException {
    Optional<SftpAttributes> attributes = SftpServer.attributes(channel, source);
    if (attributes.isEmpty()) {
      if (mayBeDone && SftpServer.attributes(channel, target).isPresent()) {
        return;
      }
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "unable to move '" + source + "': it is missing");
    }
    if (attributes.get().type() == StorageEntry.Type.PATH) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to move '" + source + "': it is a directory");
    }
    SftpDirectories.create(channel, SftpDirectories.parentOf(target), server.settings().pathMode());
    SftpServer.replace(channel, source, target);
  }

  @Override
  public void syncPath(String path) {
    directories.sync(server.absolute(StoragePath.requirePath(path)));
  }

  @Override
  public void createLink(String link, String target) {
    String name = file(link);
    server.run(
        ErrorCode.FILE_WRITE,
        "create the link",
        name,
        channel -> {
          String parent = SftpDirectories.parentOf(name);
          SftpDirectories.create(channel, parent, server.settings().pathMode());
          // A link cannot be changed in place, and removing it first would leave a moment without.
          String temporary = SftpOutput.temporaryName(name);
          SftpServer.symbolicLink(channel, temporary, target);
          try {
            SftpServer.replace(channel, temporary, name);
          } catch (SftpException e) {
            channel.forget(SftpServer.sendRemove(channel, temporary));
            throw e;
          }
          SftpDirectories.sync(channel, parent);
          return name;
        });
  }

  @Override
  public void createHardLink(String existing, String link) {
    String file = file(existing);
    String name = file(link);
    AtomicBoolean repeated = new AtomicBoolean();
    server.run(
        ErrorCode.FILE_WRITE,
        "create the link",
        name,
        channel -> {
          if (!channel.has(SftpServer.HARD_LINK)) {
            throw new HoldfastException(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "the SFTP server '" + server.settings().server() + "' makes no hard links",
                "OpenSSH's server does; else set repo-hardlink=n.");
          }
          boolean mayBeDone = repeated.getAndSet(true);
          SftpDirectories.create(
              channel, SftpDirectories.parentOf(name), server.settings().pathMode());
          try {
            SftpServer.hardLink(channel, file, name);
          } catch (SftpException e) {
            explainHardLink(channel, file, name, e, mayBeDone);
          }
          return name;
        });
  }

  private static void explainHardLink(
      SftpChannel channel, String file, String name, SftpException refusal, boolean mayBeDone)
      throws IOException {
    if (SftpServer.attributes(channel, file).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING, "unable to link '" + name + "' to '" + file + "': it is missing");
    }
    if (SftpServer.attributes(channel, name).isEmpty()) {
      throw refusal;
    }
    if (!mayBeDone) {
      throw new HoldfastException(
          ErrorCode.FILE_EXISTS,
          "unable to create the link '" + name + "': it already exists",
          refusal);
    }
  }

  /** Ends the connection; what is still open on it fails. */
  @Override
  public void close() {
    server.close();
  }

  @Override
  public String toString() {
    return "SftpStorage[" + name() + "]";
  }

  private String file(String path) {
    return server.absolute(StoragePath.requireName(path));
  }
}
