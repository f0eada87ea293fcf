package dev.holdfast.postgres.process;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The user of the operating system that programs run as and files belong to.
 *
 * @param name the login name
 * @param group the name of its primary group
 * @param isSelf whether it is the user that this process runs as, so that nothing has to change
 */
public record OsUser(String name, String group, boolean isSelf) {
  private static final Duration PROGRAM_TIMEOUT = Duration.ofSeconds(10);

  /** The users to become when root, in this order; the last one exists everywhere. */
  private static final List<String> UNPRIVILEGED = List.of("postgres", "nobody");

  /** The user that this process runs as. */
  public static OsUser current() {
    return new OsUser(ask("id", "-un"), ask("id", "-gn"), true);
  }

  /** A user by name; only root can run programs as somebody else. */
  public static OsUser named(String name) {
    OsUser current = current();
    return current.name().equals(name) ? current : new OsUser(name, ask("id", "-gn", name), false);
  }

  /**
   * A user that PostgreSQL agrees to run as: this one, unless it is root; then {@code postgres}, or
   * {@code nobody} where that does not exist.
   */
  public static OsUser forPostgres() {
    if (!isRoot()) {
      return current();
    }
    for (String name : UNPRIVILEGED) {
      if (exists(name)) {
        return new OsUser(name, ask("id", "-gn", name), false);
      }
    }
    throw new HoldfastException(
        ErrorCode.USER_MISSING,
        "PostgreSQL does not run as root, and none of the users " + UNPRIVILEGED + " exists");
  }

  /** Whether this process runs as root. */
  public static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INFO, "unable to find out which user this is: " + e.getMessage(), e);
    }
  }

  private static boolean exists(String name) {
    try {
      lookup().lookupPrincipalByName(name);
      return true;
    } catch (UserPrincipalNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.USER_MISSING, "unable to look up the user '" + name + "'", e);
    }
  }

  private static UserPrincipalLookupService lookup() {
    return FileSystems.getDefault().getUserPrincipalLookupService();
  }

  private static String ask(String... command) {
    return ExternalProgram.run(List.of(command), Map.of(), PROGRAM_TIMEOUT)
        .orThrow("ask '" + String.join(" ", command) + "'")
        .out()
        .strip();
  }

  /**
   * The command that runs another one as this user. The program keeps the process id of what was
   * started, so that it can be signalled.
   */
  public List<String> command(List<String> command) {
    if (isSelf) {
      return command;
    }
    List<String> wrapped = new ArrayList<>();
    wrapped.addAll(
        List.of("setpriv", "--reuid=" + name, "--regid=" + group, "--init-groups", "--"));
    wrapped.addAll(command);
    return wrapped;
  }

  /**
   * Makes a directory that belongs to this user, with the permissions given (for example {@code
   * 0700}); nothing happens when it exists.
   *
   * @throws HoldfastException path-create (47)
   */
  public Path createDirectory(Path directory, int mode) {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(directory);
        Files.setAttribute(directory, "unix:mode", mode);
        own(directory);
      }
      return directory;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_CREATE, "unable to create '" + directory + "': " + e.getMessage(), e);
    }
  }

  /**
   * Gives a file or directory to this user; not what is inside it.
   *
   * @throws HoldfastException file-owner (88)
   */
  public void own(Path path) {
    if (isSelf) {
      return;
    }
    try {
      PosixFileAttributeView view =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      view.setGroup(lookup().lookupPrincipalByGroupName(group));
      view.setOwner(lookup().lookupPrincipalByName(name));
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OWNER,
          "unable to give '" + path + "' to the user '" + name + "': " + e.getMessage(),
          e);
    }
  }
}
