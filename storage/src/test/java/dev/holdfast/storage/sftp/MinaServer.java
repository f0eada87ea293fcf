package dev.holdfast.storage.sftp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpFileSystemAccessor;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** A server in this process, whose file system can be made to fail. Anybody can log in. */
final class MinaServer implements AutoCloseable {
  private final SshServer server;

  private MinaServer(SshServer server) {
    this.server = server;
  }

  static MinaServer start(Path directory) {
    return start(directory, SftpFileSystemAccessor.DEFAULT);
  }

  static MinaServer start(Path directory, SftpFileSystemAccessor files) {
    JdkEd25519.register();
    SshServer server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setPort(0);
    SimpleGeneratorHostKeyProvider keys =
        new SimpleGeneratorHostKeyProvider(
            directory.resolveSibling(directory.getFileName() + ".key"));
    keys.setAlgorithm("EC");
    server.setKeyPairProvider(keys);
    server.setPublickeyAuthenticator((_, _, _) -> true);
    server.setFileSystemFactory(new VirtualFileSystemFactory(Path.of("/")));
    server.setSubsystemFactories(
        List.of(new SftpSubsystemFactory.Builder().withFileSystemAccessor(files).build()));
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new MinaServer(server);
  }

  /** Settings that log in with the key of another server's user. */
  SftpSettings settings(OpenSshServer keys, Path root) {
    return keys.settings(root, server.getPort(), Duration.ofSeconds(20));
  }

  @Override
  public void close() {
    try {
      server.stop(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
