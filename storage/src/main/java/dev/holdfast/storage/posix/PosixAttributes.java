package dev.holdfast.storage.posix;

import dev.holdfast.domain.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Instant;
import java.util.Optional;

/** Permission bits, owners and times of local files. */
public final class PosixAttributes {
  private PosixAttributes() {}

  /** Sets the permission bits (file-mode, 83, on failure). */
  public static void setMode(Path path, int mode) {
    try {
      Files.setAttribute(path, "unix:mode", mode);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_MODE, "set the mode of", path, e);
    }
  }

  /**
   * Gives a file, directory or link (itself) to a user and group by their numbers (file-owner, 88,
   * on failure).
   */
  public static void setOwner(Path path, int user, int group) {
    try {
      Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OWNER, "set the owner of", path, e);
    }
  }

  /** Gives a file, directory or link (itself) to a user and group (file-owner, 88, on failure). */
  public static void setOwner(Path path, UserPrincipal user, GroupPrincipal group) {
    try {
      PosixFileAttributeView view =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      view.setOwner(user);
      view.setGroup(group);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OWNER, "set the owner of", path, e);
    }
  }

  /** The user of a name that this host knows; costs a look-up each time. */
  public static Optional<UserPrincipal> user(Path path, String name) {
    try {
      return Optional.of(
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name));
    } catch (UserPrincipalNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OWNER, "look up the user '" + name + "' for", path, e);
    }
  }

  /** The group of a name that this host knows; costs a look-up each time. */
  public static Optional<GroupPrincipal> group(Path path, String name) {
    try {
      return Optional.of(
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name));
    } catch (UserPrincipalNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OWNER, "look up the group '" + name + "' for", path, e);
    }
  }

  /** Sets when the content last changed (file-info, 98, on failure). */
  public static void setModified(Path path, Instant modified) {
    try {
      Files.getFileAttributeView(path, BasicFileAttributeView.class)
          .setTimes(FileTime.from(modified), null, null);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_INFO, "set the time of", path, e);
    }
  }
}
