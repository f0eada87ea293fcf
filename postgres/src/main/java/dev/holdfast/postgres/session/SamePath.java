package dev.holdfast.postgres.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether two paths name the same directory, perhaps by different links. */
public final class SamePath {
  private SamePath() {}

  /** Whether they are the same; false if one of them cannot be seen. */
  public static boolean is(Path left, Path right) {
    if (left.normalize().equals(right.normalize())) {
      return true;
    }
    try {
      return Files.isSameFile(left, right);
    } catch (IOException e) {
      // One of them cannot be seen from here, so it is not the one that we read.
      return false;
    }
  }
}
