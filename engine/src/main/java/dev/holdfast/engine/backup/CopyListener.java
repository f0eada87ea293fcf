package dev.holdfast.engine.backup;

import dev.holdfast.codec.page.PageCheck;
import dev.holdfast.repository.manifest.ManifestFile;
import org.jspecify.annotations.Nullable;

/** Is told of every file of a backup, from the threads of the workers. */
interface CopyListener {
  /** Bytes were read and passed on. */
  void copied(long bytes);

  /** A file is stored. */
  void stored(ManifestFile file, @Nullable PageCheck pages);

  /** A file is as the prior backup has it. */
  void unchanged(ManifestFile file);

  /** A file is gone. */
  void vanished(ManifestFile file);
}
