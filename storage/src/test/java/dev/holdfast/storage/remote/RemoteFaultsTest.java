package dev.holdfast.storage.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of a program on the other host that is not there, another, or killed. */
class RemoteFaultsTest {
  @TempDir Path root;

  private static void assertFailure(ErrorCode code, ThrowingCallable action, String... says) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.describe()).contains(says);
            });
  }

  private static RemoteStorage shell(String script) {
    RemoteStorage storage =
        new RemoteStorage("elsewhere", List.of("sh", "-c", script), Duration.ofSeconds(5));
    storage.features();
    return storage;
  }

  @Test
  void saysWhatSshSaidWhenThereIsNoWayIn() {
    assertFailure(
        ErrorCode.HOST_CONNECT,
        () -> shell("echo 'Permission denied (publickey).' >&2; exit 255"),
        "elsewhere",
        "exit code 255",
        "Permission denied (publickey)");
  }

  @Test
  void recognizesPgBackRest() {
    assertFailure(
        ErrorCode.PROTOCOL,
        () ->
            shell(
                "echo '{\"name\":\"pgBackRest\",\"service\":\"remote\",\"version\":\"2.45\"}';"
                    + " cat"),
        "is not Holdfast",
        "pgBackRest alone cannot serve it");
    assertFailure(
        ErrorCode.HOST_CONNECT,
        () -> shell("pgbackrest --stanza=main --repo=1 remote backup"),
        "pgBackRest alone cannot serve it");
  }

  @Test
  void refusesAnotherVersionOfTheProtocol() {
    assertFailure(
        ErrorCode.PROTOCOL,
        () -> shell("echo 'HOLDFAST-STORAGE 99 7.0'; cat"),
        "Holdfast 7.0",
        "the same version");
  }

  @Test
  void saysWhenTheProgramIsMissing() {
    assertFailure(
        ErrorCode.EXECUTE,
        () ->
            new RemoteStorage("elsewhere", List.of("/nowhere/ssh"), Duration.ofSeconds(5))
                .features(),
        "/nowhere/ssh",
        "cmd-ssh");
    assertFailure(
        ErrorCode.HOST_CONNECT, () -> shell("holdfast-is-not-here"), "holdfast-is-not-here");
  }

  @Test
  void passesOverWhatALoginShellPrints() {
    String command = String.join("' '", ServedDirectory.command(root));
    try (RemoteStorage storage = shell("echo Welcome to this host; exec '" + command + "'")) {
      assertThat(storage.info("missing")).isEmpty();
      assertThat(storage.cipherPass()).contains("served pass");
    }
  }

  @Test
  void failsEverythingOnceTheOtherEndIsKilled() throws Exception {
    byte[] content = new byte[5_000_000];
    new Random(3).nextBytes(content);
    Files.write(root.resolve("big"), content);
    Path pid = root.resolve("pid");
    String command = String.join("' '", ServedDirectory.command(root));
    try (RemoteStorage storage = shell("echo $$ >'" + pid + "'; exec '" + command + "'");
        StorageOutput output = storage.write("file");
        InputStream input = storage.read("big")) {
      output.write(content, 0, 1_000_000);
      assertThat(input.readNBytes(100_000)).hasSize(100_000);
      ProcessHandle server =
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
      server.destroyForcibly();
      server.onExit().get();

      assertFailure(ErrorCode.HOST_CONNECT, input::readAllBytes, "elsewhere");
      assertFailure(
          ErrorCode.HOST_CONNECT,
          () -> {
            output.write(content, 0, content.length);
            output.commit();
          },
          "elsewhere");
      assertFailure(ErrorCode.HOST_CONNECT, () -> storage.info("big"), "elsewhere");
    }
    assertThat(root.resolve("file")).doesNotExist();
  }

  @Test
  void leavesNothingWhenTheClientGoesAway() throws IOException {
    Path directory = Files.createDirectory(root.resolve("d"));
    RemoteStorage storage =
        new RemoteStorage("elsewhere", ServedDirectory.command(root), Duration.ofSeconds(30));
    StorageOutput abandoned = storage.write("d/file");
    abandoned.write(new byte[1_000_000], 0, 1_000_000);
    assertThat(storage.list("d")).extracting(StorageEntry::name).hasSize(1);
    storage.close();

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void neverCommitsAFileOfWhichAPieceCouldNotBeWritten() throws IOException {
    Files.createDirectory(root.resolve("d"));
    try (RemoteStorage storage =
            new RemoteStorage("elsewhere", ServedDirectory.command(root), Duration.ofSeconds(30));
        StorageOutput output = storage.write("d/file")) {
      output.write(1);
      assertThat(storage.list("d")).hasSize(1);
      storage.removeTree("d");
      assertThatThrownBy(output::commit).isInstanceOf(HoldfastException.class);
    }
    assertThat(root.resolve("d/file")).doesNotExist();
  }
}
