package dev.holdfast.testkit;

import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.OsUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A directory of one test: with a short path, because of Unix sockets, open for everybody to pass
 * through, because PostgreSQL does not run as root, and gone when closed.
 */
public final class TestDirectory implements AutoCloseable {
  private static final Duration REMOVAL = Duration.ofMinutes(2);

  private final Path path;
  private final OsUser owner;

  private TestDirectory(Path path, OsUser owner) {
    this.path = path;
    this.owner = owner;
  }

  /** Makes one that belongs to the user that clusters run as. */
  public static TestDirectory create() {
    try {
      Path path = Files.createTempDirectory(Path.of("/tmp"), "hf-");
      Files.setAttribute(path, "unix:mode", 0755);
      OsUser owner = OsUser.forPostgres();
      owner.own(path);
      return new TestDirectory(path, owner);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its path, absolute. */
  public Path path() {
    return path;
  }

  /** The user that it belongs to, and that clusters in it run as. */
  public OsUser owner() {
    return owner;
  }

  /** The path of something in it, which need not exist. */
  public Path resolve(String name) {
    return path.resolve(name);
  }

  /** A new directory in it, for the same user alone. */
  public Path directory(String name) {
    return owner.createDirectory(path.resolve(name), 0750);
  }

  /** A file in it with a text, for the same user. */
  public Path file(String name, String text) {
    try {
      Path file = Files.writeString(path.resolve(name), text);
      owner.own(file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a program as the owner and expects it to succeed. */
  public ExternalProgram.Result run(String... command) {
    return ExternalProgram.run(owner.command(List.of(command)), Map.of(), REMOVAL)
        .orThrow(String.join(" ", command));
  }

  @Override
  public void close() {
    ExternalProgram.run(List.of("rm", "-rf", "--", path.toString()), Map.of(), REMOVAL)
        .orThrow("remove '" + path + "'");
  }
}
