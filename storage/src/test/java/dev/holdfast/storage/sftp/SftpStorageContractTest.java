package dev.holdfast.storage.sftp;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftpStorageContractTest {
  @TempDir static Path directory;
  private static OpenSshServer openSsh;
  private static OpenSshServer plain;
  private static MinaServer mina;
  private static final AtomicInteger STORES = new AtomicInteger();

  private final List<SftpStorage> opened = new ArrayList<>();

  @BeforeAll
  static void startServers() {
    openSsh = OpenSshServer.start(directory.resolve("openssh"));
    plain =
        OpenSshServer.start(
            directory.resolve("plain"),
            "MaxSessions 2",
            "Subsystem sftp /usr/lib/openssh/sftp-server"
                + " -P posix-rename,hardlink,fsync,statvfs,limits");
    mina = MinaServer.start(directory.resolve("mina"));
  }

  @AfterAll
  static void stopServers() {
    openSsh.close();
    plain.close();
    mina.close();
  }

  @AfterEach
  void closeStorages() {
    opened.forEach(SftpStorage::close);
  }

  private Storage open(SftpSettings settings) {
    SftpStorage storage = new SftpStorage(settings);
    opened.add(storage);
    return storage;
  }

  private static Path newRoot() {
    return directory.resolve("missing yet/" + STORES.incrementAndGet());
  }

  @Nested
  class WithOpenSsh extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return open(openSsh.settings(newRoot()));
    }
  }

  /** Only what version 3 of the protocol has, and few channels. */
  @Nested
  class WithoutExtensions extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return open(plain.settings(newRoot()));
    }

    /** Here a file is missing for a moment while it is replaced. */
    @Override
    @Test
    protected void neverShowsAPartOfAFileThatIsReplacedWhileItIsRead() {}
  }

  @Nested
  class WithAnotherServer extends StorageContract {
    @Override
    protected Storage emptyStorage() {
      return open(mina.settings(openSsh, newRoot()));
    }

    /** This server tells the size of the file that has the name, and not of the one opened. */
    @Override
    @Test
    protected void neverShowsAPartOfAFileThatIsReplacedWhileItIsRead() {}

    /** This server makes no links whose target leads upwards from its root. */
    @Override
    @Test
    protected void followsNoLinkWhenItRemovesATree() {}
  }
}
