package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.engine.Reporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives restored files to the users and groups that the manifest names, where that is possible:
 * only root may. Anybody else leaves them as their own. Thread-safe.
 */
final class Ownership {
  private final boolean privileged;
  private final @Nullable UserPrincipal fallbackUser;
  private final @Nullable GroupPrincipal fallbackGroup;
  private final Map<String, Optional<UserPrincipal>> users = new ConcurrentHashMap<>();
  private final Map<String, Optional<GroupPrincipal>> groups = new ConcurrentHashMap<>();

  /**
   * @param privileged whether this process may give files away
   * @param pgPath whose owner gets what belongs to nobody known here; need not exist
   */
  Ownership(boolean privileged, Path pgPath) {
    this.privileged = privileged;
    if (privileged && Files.exists(pgPath)) {
      PosixFileAttributes attributes = attributes(pgPath);
      this.fallbackUser = attributes.owner();
      this.fallbackGroup = attributes.group();
    } else {
      this.fallbackUser = null;
      this.fallbackGroup = null;
    }
  }

  /** Says once per name which owners of the manifest cannot be given back. */
  void report(
      Iterable<@Nullable String> userNames,
      Iterable<@Nullable String> groupNames,
      Reporter reporter) {
    for (@Nullable String name : userNames) {
      if (privileged ? name == null || user(name).isEmpty() : !isMe(name)) {
        reporter.warn(unknown("user", name));
      }
    }
    for (@Nullable String name : groupNames) {
      if (privileged ? name == null || group(name).isEmpty() : false) {
        reporter.warn(unknown("group", name));
      }
    }
  }

  private static String unknown(String kind, @Nullable String name) {
    return "unknown "
        + kind
        + (name == null ? "" : " '" + name + "'")
        + " in backup manifest mapped to current "
        + kind;
  }

  private static boolean isMe(@Nullable String name) {
    return System.getProperty("user.name", "").equals(name);
  }

  /** Gives a file, directory or link (not what it points at) to its owners. */
  void apply(Path path, @Nullable String userName, @Nullable String groupName) {
    if (!privileged) {
      return;
    }
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    try {
      PosixFileAttributes now = view.readAttributes();
      UserPrincipal user =
          (userName == null ? Optional.<UserPrincipal>empty() : user(userName))
              .orElse(fallbackUser);
      GroupPrincipal group =
          (groupName == null ? Optional.<GroupPrincipal>empty() : group(groupName))
              .orElse(fallbackGroup);
      if (user != null && !user.equals(now.owner())) {
        view.setOwner(user);
      }
      if (group != null && !group.equals(now.group())) {
        view.setGroup(group);
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_OWNER, "unable to set ownership for '" + path + "'", e);
    }
  }

  private Optional<UserPrincipal> user(String name) {
    return users.computeIfAbsent(
        name,
        key -> {
          try {
            return Optional.of(lookup().lookupPrincipalByName(key));
          } catch (UserPrincipalNotFoundException e) {
            return Optional.empty();
          } catch (IOException e) {
            throw new HoldfastException(
                ErrorCode.USER_MISSING, "unable to look up user '" + key + "'", e);
          }
        });
  }

  private Optional<GroupPrincipal> group(String name) {
    return groups.computeIfAbsent(
        name,
        key -> {
          try {
            return Optional.of(lookup().lookupPrincipalByGroupName(key));
          } catch (UserPrincipalNotFoundException e) {
            return Optional.empty();
          } catch (IOException e) {
            throw new HoldfastException(
                ErrorCode.USER_MISSING, "unable to look up group '" + key + "'", e);
          }
        });
  }

  private static UserPrincipalLookupService lookup() {
    return Path.of("/").getFileSystem().getUserPrincipalLookupService();
  }

  private static PosixFileAttributes attributes(Path path) {
    try {
      return Files.readAttributes(path, PosixFileAttributes.class);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_INFO, "unable to get info for path '" + path + "'", e);
    }
  }
}
