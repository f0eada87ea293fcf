package dev.holdfast.storage.s3;

import dev.holdfast.storage.StorageEntry;
import java.util.List;
import java.util.Optional;

/** What is in the bucket: now, or at a time in the past. Throws the SDK's exceptions. */
interface S3View {
  /** The object of a path, or nothing. */
  Optional<S3Object> find(String path);

  /** Whether anything lies below a directory. */
  boolean hasBelow(String directory);

  /**
   * The objects and directories directly below a directory whose names begin with a prefix, in any
   * order.
   */
  List<StorageEntry> list(String directory, String prefix);
}
