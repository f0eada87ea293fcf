package dev.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.SftpFileSystemAccessor;
import org.apache.sshd.sftp.server.SftpSubsystemProxy;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to reads and writes while the network or the server fails under them. */
class SftpFaultsTest {
  private static final int MEBIBYTE = 1024 * 1024;

  @TempDir static Path shared;
  private static OpenSshServer server;

  @TempDir Path root;
  private Relay relay;
  private SftpStorage storage;

  @BeforeAll
  static void startServer() {
    server = OpenSshServer.start(shared.resolve("openssh"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void connect() {
    relay = new Relay(server.port());
    storage = new SftpStorage(server.settings(root, relay.port(), Duration.ofSeconds(20)));
  }

  @AfterEach
  void disconnect() {
    storage.close();
    relay.close();
  }

  private static byte[] random(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private void put(String path, byte[] content) {
    try (StorageOutput output = storage.write(path)) {
      output.write(content, 0, content.length);
      output.commit();
    }
  }

  private static void assertFailure(ErrorCode code, ThrowingCallable action, String... says) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.describe()).contains(says);
            });
  }

  @Test
  void readsOnWhereItStoodWhenTheConnectionIsLost() throws IOException {
    byte[] content = random(20 * MEBIBYTE);
    Files.write(root.resolve("big"), content);

    try (InputStream input = storage.read("big")) {
      byte[] first = input.readNBytes(MEBIBYTE);
      relay.cutAfter(5 * MEBIBYTE);
      byte[] rest = input.readAllBytes();

      assertThat(Arrays.equals(first, 0, MEBIBYTE, content, 0, MEBIBYTE)).isTrue();
      assertThat(Arrays.equals(rest, 0, rest.length, content, MEBIBYTE, content.length)).isTrue();
    }
    assertThat(relay.connections()).isEqualTo(2);
  }

  @Test
  void doesNotReadOnInAFileThatWasReplacedMeanwhile() throws IOException {
    Files.write(root.resolve("big"), random(20 * MEBIBYTE));

    try (InputStream input = storage.read("big")) {
      input.readNBytes(MEBIBYTE);
      Files.delete(root.resolve("big"));
      Files.write(root.resolve("big"), random(20 * MEBIBYTE + 1));
      relay.cut();

      assertFailure(ErrorCode.FILE_READ, input::readAllBytes, "changed", "big");
    }
  }

  @Test
  void failsAWriteWhoseConnectionIsLostAndLeavesNothingUnderTheName() {
    byte[] content = random(20 * MEBIBYTE);
    storage.createPath("d");
    try (StorageOutput output = storage.write("d/file")) {
      output.write(content, 0, MEBIBYTE);
      relay.cutAfter(3 * MEBIBYTE);
      assertFailure(
          ErrorCode.HOST_CONNECT,
          () -> {
            output.write(content, 0, content.length);
            output.commit();
          },
          "lost the connection");
    }

    assertThat(storage.list("d"))
        .extracting(StorageEntry::name)
        .allSatisfy(name -> assertThat(name).startsWith("file.").endsWith(".hftmp"));
    put("d/file", content);
    assertThat(root.resolve("d/file")).hasBinaryContent(content);
  }

  @Test
  void connectsAgainAfterTheServerWasRestarted() {
    put("a", random(10));
    server.restart();
    put("b", random(10));
    server.dropConnections();

    assertThat(storage.list("")).extracting(StorageEntry::name).containsExactly("a", "b");
  }

  @Test
  void waitsForASilentServerOnlyAsLongAsItWasTold() {
    try (SftpStorage impatient =
        new SftpStorage(server.settings(root, relay.port(), Duration.ofSeconds(2)))) {
      assertThat(impatient.info("a")).isEmpty();
      relay.fallSilent(true);
      long began = System.nanoTime();
      assertFailure(ErrorCode.HOST_CONNECT, () -> impatient.info("a"), "127.0.0.1");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
      relay.fallSilent(false);

      assertThat(impatient.info("a")).isEmpty();
    }
  }

  @Test
  void saysWhenNothingListens() {
    relay.close();
    assertFailure(
        ErrorCode.HOST_CONNECT, () -> storage.info("a"), "unable to connect", "127.0.0.1");
  }

  @Test
  void findsThatAFileEndsTooEarly() throws IOException {
    Files.write(root.resolve("file"), random(5 * MEBIBYTE));
    try (InputStream input = storage.read("file")) {
      input.readNBytes(10);
      try (RandomAccessFile file = new RandomAccessFile(root.resolve("file").toFile(), "rw")) {
        file.setLength(4 * MEBIBYTE);
      }
      assertFailure(ErrorCode.FILE_READ, input::readAllBytes, "file");
    }
  }

  @Test
  void leavesNothingOfManyAbandonedReads() throws IOException {
    Files.write(root.resolve("file"), random(3 * MEBIBYTE));
    for (int round = 0; round < 200; round++) {
      try (InputStream input = storage.read("file")) {
        assertThat(input.readNBytes(round)).hasSize(round);
      }
    }
    try (InputStream input = storage.read("file", MEBIBYTE, MEBIBYTE)) {
      assertThat(input.skip(MEBIBYTE / 2)).isEqualTo(MEBIBYTE / 2);
      assertThat(input.readAllBytes()).hasSize(MEBIBYTE / 2);
    }
  }

  @Test
  void saysWhoLacksThePermission() {
    try (OpenSshServer readOnly =
            OpenSshServer.start(
                shared.resolve("read-only"), "Subsystem sftp /usr/lib/openssh/sftp-server -R");
        SftpStorage refused = new SftpStorage(readOnly.settings(root))) {
      assertFailure(
          ErrorCode.FILE_OPEN,
          () -> refused.write("file"),
          "file",
          "Does the user '" + readOnly.user() + "' on '127.0.0.1:" + readOnly.port() + "' have");
      assertFailure(ErrorCode.PATH_CREATE, () -> refused.createPath("p"), "create the directory");
    }
  }

  @Test
  void saysWhenTheServerHasNoSftp() {
    try (OpenSshServer without =
            OpenSshServer.start(shared.resolve("without"), "Subsystem nothing /bin/false");
        SftpStorage refused = new SftpStorage(without.settings(root))) {
      assertFailure(
          ErrorCode.SERVICE, () -> refused.info("a"), "does not start its SFTP subsystem");
    }
  }

  /** A real file system of one mebibyte; only root may mount one, and not everywhere. */
  @Test
  void saysThatTheDiskIsFullAndLeavesNothing() throws Exception {
    Path small = Files.createDirectory(root.resolve("small"));
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assumeThat(mount.waitFor()).as("mount").isZero();
    try {
      byte[] content = random(3 * MEBIBYTE);
      try (StorageOutput output = storage.write("small/file")) {
        assertFailure(
            ErrorCode.FILE_WRITE,
            () -> {
              output.write(content, 0, content.length);
              output.commit();
            },
            "small/file",
            "is full");
      }
      assertThat(storage.list("small")).isEmpty();
      put("small/file", random(1000));
    } finally {
      OpenSshServer.run(List.of("umount", small.toString()));
    }
  }

  /** The same where nothing can be mounted: the server says that a write failed, and no more. */
  @Test
  void failsTheFileThatTheServerCannotWrite() {
    SftpFileSystemAccessor failing =
        new SftpFileSystemAccessor() {
          @Override
          public SeekableByteChannel openFile(
              SftpSubsystemProxy subsystem,
              FileHandle fileHandle,
              Path file,
              String handle,
              Set<? extends OpenOption> options,
              FileAttribute<?>... attributes)
              throws IOException {
            return new FullChannel(
                SftpFileSystemAccessor.super.openFile(
                    subsystem, fileHandle, file, handle, options, attributes));
          }
        };
    byte[] content = random(3 * MEBIBYTE);
    try (MinaServer full = MinaServer.start(shared.resolve("full"), failing);
        SftpStorage refused = new SftpStorage(full.settings(server, root))) {
      try (StorageOutput output = refused.write("file")) {
        assertFailure(
            ErrorCode.FILE_WRITE,
            () -> {
              output.write(content, 0, content.length);
              output.commit();
            },
            "unable to write",
            "file");
      }
      assertThat(refused.list("")).isEmpty();
    }
  }
}
