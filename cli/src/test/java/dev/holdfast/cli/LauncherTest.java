package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The launcher in a checkout of its own; the first test builds, so the order matters. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LauncherTest {
  private static final int BUILD_MINUTES = 10;
  private static Path checkout;

  private record Outcome(int exit, String out, String err) {}

  @BeforeAll
  static void checkOut() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    checkout = Files.createTempDirectory(Path.of("/tmp"), "hf-launcher-");
    Files.setPosixFilePermissions(checkout, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> parts = new ArrayList<>(List.of("pom.xml", "holdfast"));
    try (Stream<Path> modules = Files.list(root)) {
      modules
          .filter(module -> Files.exists(module.resolve("pom.xml")))
          .map(module -> module.getFileName().toString())
          .forEach(module -> {
            parts.add(module + "/pom.xml");
            parts.add(module + "/src/main");
          });
    }
    List<String> command = new ArrayList<>(List.of("cp", "-R", "--parents"));
    parts.stream().filter(part -> Files.exists(root.resolve(part))).forEach(command::add);
    command.add(checkout.toString());
    assertThat(run(root, command).exit()).isZero();
  }

  @AfterAll
  static void remove() throws IOException {
    run(Path.of("/"), List.of("rm", "-rf", checkout.toString()));
  }

  private static Outcome run(Path directory, List<String> command) throws IOException {
    Path out = Files.createTempFile("hf-launcher", ".out");
    Path err = Files.createTempFile("hf-launcher", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      boolean ended = process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES);
      if (!ended) {
        process.destroyForcibly();
      }
      return new Outcome(
          ended ? process.exitValue() : -1,
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static Outcome holdfast(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("./holdfast"));
    command.addAll(List.of(arguments));
    return run(checkout, command);
  }

  @Test
  @Order(1)
  void buildsOnFirstUseAndSaysSoInOneLine() throws IOException {
    Outcome first = holdfast("version");
    assertThat(first.err().lines()).hasSize(1).first().asString().contains("building");
    assertThat(first.out()).startsWith("Holdfast ");
    assertThat(first.exit()).isZero();
    Outcome second = holdfast("version");
    assertThat(second).isEqualTo(new Outcome(0, first.out(), ""));
  }

  @Test
  @Order(2)
  void startsFromTheClassesItRecorded() {
    assertThat(checkout.resolve(".build/dist/holdfast.aot")).isNotEmptyFile();
    assertThat(checkout.resolve(".build/dist/holdfast-s3.aot")).isNotEmptyFile();
    assertThat(checkout.resolve(".build/dist/holdfast-cluster.aot")).isNotEmptyFile();
  }

  @Test
  @Order(3)
  void worksThroughASymbolicLinkFromAnotherDirectory() throws IOException {
    Path link = checkout.resolve("link");
    Files.createSymbolicLink(link, checkout.resolve("holdfast"));
    assertThat(run(Path.of("/"), List.of(link.toString(), "version")).exit()).isZero();
  }

  @Test
  @Order(4)
  void worksForAnotherUserWithoutAHome() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can be somebody else");
    Outcome outcome =
        run(
            Path.of("/"),
            List.of(
                "setpriv",
                "--reuid=nobody",
                "--regid=nogroup",
                "--clear-groups",
                "--reset-env",
                "env",
                "-u",
                "HOME",
                checkout.resolve("holdfast").toString(),
                "version"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exit()).isZero();
  }

  @Test
  @Order(5)
  void noticesThatASourceChanged() throws IOException {
    Path source = checkout.resolve("cli/src/main/java/dev/holdfast/cli/Main.java");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(3600)));
    Outcome told = run(checkout, List.of("env", "HOLDFAST_NO_BUILD=1", "./holdfast", "version"));
    assertThat(told.err()).isEmpty();
    // No Maven on this path: that it is asked for shows that the change was noticed.
    Path tools = Files.createDirectory(checkout.resolve("tools"));
    for (String tool : List.of("env", "sh", "readlink", "find", "flock", "mkdir", "id", "cat")) {
      Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
    }
    Outcome outcome =
        run(checkout, List.of("/usr/bin/env", "PATH=" + tools, "./holdfast", "version"));
    assertThat(outcome.exit()).isEqualTo(102);
    assertThat(outcome.err()).contains("Maven (mvn) is not installed").contains("HINT: ");
  }
}
