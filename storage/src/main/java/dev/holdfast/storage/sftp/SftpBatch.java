package dev.holdfast.storage.sftp;

import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.StoragePath;
import dev.holdfast.storage.sftp.SftpOutput.Naming;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files that are synced one by one, which costs no round trip of its own, while each directory is
 * synced only once, at the end.
 */
final class SftpBatch implements StorageBatch {
  private final SftpServer server;
  private final Set<String> directories = ConcurrentHashMap.newKeySet();

  SftpBatch(SftpServer server) {
    this.server = server;
  }

  @Override
  public StorageOutput write(String path) {
    String file = server.absolute(StoragePath.requireName(path));
    StorageOutput output = SftpOutput.open(server, file, Naming.REPLACE_AND_LEAVE_DIRECTORY);
    directories.add(SftpDirectories.parentOf(file));
    return output;
  }

  @Override
  public void sync() {
    SftpDirectories all = new SftpDirectories(server);
    for (String directory : directories) {
      all.sync(directory);
    }
  }

  @Override
  public void close() {
    directories.clear();
  }
}
