package dev.holdfast.engine.restore;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Refuses links whose contents would overwrite each other or lie inside the data directory. */
final class LinkDestinations {
  private LinkDestinations() {}

  /** Compares every link target with the data directory and with each other. */
  static void check(TargetMapping mapping) {
    List<TargetMapping.Destination> seen = new ArrayList<>();
    for (TargetMapping.Destination target : mapping.destinations()) {
      if (target.name().equals(TargetMapping.PG_DATA)) {
        continue;
      }
      if (target.path().startsWith(mapping.pgPath())) {
        throw new HoldfastException(
            ErrorCode.LINK_DESTINATION,
            "link '%s' destination '%s' is in PGDATA".formatted(target.name(), target.path()));
      }
      for (TargetMapping.Destination other : seen) {
        compare(target, other);
      }
      seen.add(target);
    }
  }

  private static void compare(TargetMapping.Destination one, TargetMapping.Destination other) {
    boolean bothFiles = one.file() != null && other.file() != null;
    if (one.path().equals(other.path())) {
      if (!bothFiles) {
        throw conflict(one, other, "destination is the same directory as");
      }
      if (Objects.equals(one.file(), other.file())) {
        throw conflict(one, other, "destination is the same file as");
      }
    } else if (one.file() == null && other.file() == null) {
      if (one.path().startsWith(other.path())) {
        throw conflict(one, other, "destination is a subdirectory of");
      }
      if (other.path().startsWith(one.path())) {
        throw conflict(other, one, "destination is a subdirectory of");
      }
    }
  }

  private static HoldfastException conflict(
      TargetMapping.Destination one, TargetMapping.Destination other, String how) {
    return new HoldfastException(
        ErrorCode.LINK_DESTINATION,
        "link '%s' (%s) %s link '%s' (%s)"
            .formatted(one.name(), full(one), how, other.name(), full(other)));
  }

  private static Path full(TargetMapping.Destination target) {
    String file = target.file();
    return file == null ? target.path() : target.path().resolve(file);
  }
}
