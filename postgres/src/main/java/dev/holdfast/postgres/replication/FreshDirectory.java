package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import dev.holdfast.postgres.process.ServerControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A data directory that is made beside the one it is to replace, and takes its place when it is
 * whole. What was there before stays aside, as {@code NAME.before}, until the next one is whole.
 */
public final class FreshDirectory {
  private static final Duration LONGEST = Duration.ofDays(1);

  private final ServerControl control;
  private final Path data;
  private final Path fresh;
  private final BooleanSupplier unwanted;

  /**
   * Nothing is made yet.
   *
   * @param data the directory that is to be replaced, whose server is stopped
   * @param suffix by which the new one is named until it is whole
   * @param unwanted whether nobody wants it any more: what takes long is ended then, with term (63)
   */
  public FreshDirectory(ServerControl control, Path data, String suffix, BooleanSupplier unwanted) {
    this.control = control;
    this.data = data;
    this.fresh = data.resolveSibling(data.getFileName() + suffix);
    this.unwanted = unwanted;
  }

  /** Where it is made. */
  public Path path() {
    return fresh;
  }

  /**
   * Removes what an attempt before left.
   *
   * @throws HoldfastException feature-not-supported when the data directory cannot be replaced,
   *     which is better said before the work than after
   */
  public void clear() {
    refuseWhatCannotBeRenamed();
    remove(fresh);
  }

  /**
   * Puts it in place; it is whole and durable.
   *
   * @throws HoldfastException file-move (74); what was there is there still, or aside
   */
  public void takePlace() {
    Path aside = data.resolveSibling(data.getFileName() + ".before");
    try {
      if (Files.exists(data)) {
        remove(aside);
        Files.move(data, aside, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
      DurableFile.syncName(data);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MOVE, "unable to put the copy in place of '" + data + "': " + e, e);
    }
  }

  private void refuseWhatCannotBeRenamed() {
    try {
      boolean elsewhere =
          Files.isSymbolicLink(data)
              || (Files.exists(data)
                  && !Files.getFileStore(data)
                      .equals(Files.getFileStore(data.toAbsolutePath().resolve(".."))));
      if (elsewhere) {
        throw new HoldfastException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "'" + data + "' is a link or a mount point, and cannot be replaced by a copy",
            "Let pg1-path be a directory below the mount point.");
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PATH_OPEN, "unable to look at '" + data + "': " + e.getMessage(), e);
    }
  }

  private void remove(Path directory) {
    if (Files.exists(directory)) {
      control
          .runAlone(List.of("rm", "-rf", "--", directory.toString()), LONGEST, unwanted)
          .orThrow("remove '" + directory + "'");
    }
  }
}
