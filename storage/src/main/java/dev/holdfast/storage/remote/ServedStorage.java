package dev.holdfast.storage.remote;

import dev.holdfast.storage.Storage;
import java.util.Optional;

/**
 * A storage that is served to another host.
 *
 * @param storage the storage
 * @param cipherPass what the repository is encrypted with, for clients that were not told
 */
public record ServedStorage(Storage storage, Optional<String> cipherPass) {
  /** Without the passphrase. */
  @Override
  public String toString() {
    return "ServedStorage[" + storage.name() + "]";
  }
}
