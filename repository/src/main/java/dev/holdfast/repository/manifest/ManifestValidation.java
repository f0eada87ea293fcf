package dev.holdfast.repository.manifest;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import java.util.ArrayList;
import java.util.List;

/** What must hold of a manifest before its backup counts. */
final class ManifestValidation {
  private static final int SHOWN = 10;

  private ManifestValidation() {}

  static void validate(Manifest manifest, boolean strict) {
    List<String> faults = new ArrayList<>();
    int count = 0;
    for (ManifestFile file : manifest.files()) {
      String fault = fault(file, strict);
      if (fault != null && ++count <= SHOWN) {
        faults.add(fault);
      }
    }
    if (count > SHOWN) {
      faults.add("and " + (count - SHOWN) + " more");
    }
    if (count > 0) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "manifest validation failed:\n" + String.join("\n", faults));
    }
  }

  private static @org.jspecify.annotations.Nullable String fault(
      ManifestFile file, boolean strict) {
    Sha1Hash checksum = file.checksum();
    if (checksum == null) {
      return "missing checksum for file '" + file.name() + "'";
    }
    if (strict && file.size() == 0 && !checksum.equals(Sha1Hash.EMPTY)) {
      return "invalid checksum '" + checksum + "' for zero size file '" + file.name() + "'";
    }
    if (strict && file.size() != 0 && file.repoSize() == 0) {
      return "repo size must be > 0 for file '" + file.name() + "'";
    }
    return null;
  }
}
