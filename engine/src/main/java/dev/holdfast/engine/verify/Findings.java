package dev.holdfast.engine.verify;

import dev.holdfast.domain.HoldfastException;

/** Errors of reading as findings. */
final class Findings {
  private Findings() {}

  /** What an error says of the file that was being read. */
  static Finding of(String file, HoldfastException error) {
    return new Finding(
        file,
        switch (error.code()) {
          case FILE_MISSING -> Finding.Fault.MISSING;
          case CHECKSUM -> Finding.Fault.CHECKSUM;
          default -> Finding.Fault.OTHER;
        },
        error.getMessage() == null ? error.code().typeName() : error.getMessage());
  }
}
