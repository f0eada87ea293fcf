package dev.holdfast.codec.compress;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * How a repository file is compressed, with the option values, file extensions and level ranges of
 * pgBackRest's {@code compress-type} and {@code compress-level}.
 */
public enum CompressionType {
  /** Stored as it is. */
  NONE("none", "", 0, 0, 0) {
    @Override
    OutputStream encoder(OutputStream sink, int level, boolean raw) {
      return sink;
    }

    @Override
    InputStream decoder(InputStream source, boolean raw) {
      return source;
    }
  },
  /** gzip, or zlib in raw mode; level -1 is the library's own choice. */
  GZ("gz", ".gz", -1, 9, 6) {
    @Override
    OutputStream encoder(OutputStream sink, int level, boolean raw) {
      return new GzOutputStream(sink, level, raw);
    }

    @Override
    InputStream decoder(InputStream source, boolean raw) {
      return new GzInputStream(source, raw);
    }
  },
  /** bzip2. */
  BZ2("bz2", ".bz2", 1, 9, 9) {
    @Override
    OutputStream encoder(OutputStream sink, int level, boolean raw) {
      return new Bz2OutputStream(sink, level);
    }

    @Override
    InputStream decoder(InputStream source, boolean raw) {
      return new Bz2InputStream(source);
    }
  },
  /** LZ4 frames; levels below 3 are the fast compressor, from 3 on the thorough one. */
  LZ4("lz4", ".lz4", -5, 12, 1) {
    @Override
    OutputStream encoder(OutputStream sink, int level, boolean raw) {
      return new Lz4OutputStream(sink, level, !raw);
    }

    @Override
    InputStream decoder(InputStream source, boolean raw) {
      return new Lz4InputStream(source);
    }
  },
  /** Zstandard frames. */
  ZST("zst", ".zst", -7, 22, 3) {
    @Override
    OutputStream encoder(OutputStream sink, int level, boolean raw) {
      return new ZstOutputStream(sink, level);
    }

    @Override
    InputStream decoder(InputStream source, boolean raw) {
      return new ZstInputStream(source);
    }
  };

  private final String option;
  private final String extension;
  private final int minLevel;
  private final int maxLevel;
  private final int defaultLevel;

  CompressionType(String option, String extension, int minLevel, int maxLevel, int defaultLevel) {
    this.option = option;
    this.extension = extension;
    this.minLevel = minLevel;
    this.maxLevel = maxLevel;
    this.defaultLevel = defaultLevel;
  }

  abstract OutputStream encoder(OutputStream sink, int level, boolean raw);

  abstract InputStream decoder(InputStream source, boolean raw);

  /** Finds a type by the value of the option {@code compress-type}. */
  public static CompressionType parse(String option) {
    for (CompressionType type : values()) {
      if (type.option.equals(option)) {
        return type;
      }
    }
    throw new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE,
        "'" + option + "' is not a compression type",
        "The compression types are none, gz, bz2, lz4 and zst.");
  }

  /** The type that a file's extension announces; {@link #NONE} for any other extension. */
  public static CompressionType ofFileName(String name) {
    for (CompressionType type : values()) {
      if (type != NONE && name.endsWith(type.extension)) {
        return type;
      }
    }
    return NONE;
  }

  /** The value of the option {@code compress-type}: none, gz, bz2, lz4 or zst. */
  public String option() {
    return option;
  }

  /** The file extension with its dot; empty for {@link #NONE}. */
  public String extension() {
    return extension;
  }

  /** The lowest level that {@code compress-level} may have. */
  public int minLevel() {
    return minLevel;
  }

  /** The highest level that {@code compress-level} may have. */
  public int maxLevel() {
    return maxLevel;
  }

  /** The level used when none is configured. */
  public int defaultLevel() {
    return defaultLevel;
  }

  /**
   * Compresses what is written, into {@code sink}.
   *
   * <p>{@code flush()} passes on what is complete but never ends a block early; {@code close()}
   * finishes the frame and closes {@code sink}. {@link #NONE} returns {@code sink} itself.
   *
   * @param level between {@link #minLevel()} and {@link #maxLevel()}
   * @param raw pgBackRest's raw mode, used inside bundles and block-incremental files
   */
  public OutputStream compress(OutputStream sink, int level, boolean raw) {
    if (level < minLevel || level > maxLevel) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "compression level " + level + " is not valid for " + option,
          "Levels of " + option + " go from " + minLevel + " to " + maxLevel + ".");
    }
    return encoder(sink, level, raw);
  }

  /**
   * Decompresses what {@code source} holds up to its end; {@code close()} closes {@code source}.
   * Reading throws a {@code HoldfastException} with code FORMAT when the input is truncated,
   * damaged or followed by something else. {@link #NONE} returns {@code source} itself.
   *
   * @param raw whether the input was written in raw mode
   */
  public InputStream decompress(InputStream source, boolean raw) {
    return decoder(source, raw);
  }
}
