package dev.holdfast.engine.verify;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.digest.HashingInputStream;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Whether a file and its copy say the same: info files and manifests are stored twice. */
record CopyCheck(Storage storage, Optional<CipherPass> pass) {
  /** What is wrong with one of the two; a damaged one of them is read over everywhere else. */
  Optional<Finding> check(String path) {
    String copy = path + RepositoryLayout.COPY_EXTENSION;
    // A writer writes one after the other: what differs at first may be the same at once.
    Optional<Finding> finding = compare(path, copy);
    return finding.isPresent() ? compare(path, copy) : finding;
  }

  private Optional<Finding> compare(String path, String copy) {
    String reading = path;
    try {
      Sha1Hash main = hash(path);
      reading = copy;
      return hash(copy).equals(main)
          ? Optional.empty()
          : Optional.of(
              new Finding(path, Finding.Fault.CHECKSUM, "it and its copy are not the same"));
    } catch (HoldfastException e) {
      return Optional.of(Findings.of(reading, e));
    }
  }

  private Sha1Hash hash(String path) {
    try (HashingInputStream text = new HashingInputStream(decode(storage.read(path)))) {
      text.transferTo(OutputStream.nullOutputStream());
      return text.hash();
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "unable to read '" + path + "'", e);
    }
  }

  private InputStream decode(InputStream stored) {
    return FileEncoding.encrypted(pass).decode(stored);
  }
}
