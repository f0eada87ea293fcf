package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Text files that are part of the program, beside the classes of this package. */
final class OwnFile {
  private OwnFile() {}

  /**
   * The text of a file.
   *
   * <p>It is read from our archive directly if there is one: the class loader's way, through a URL
   * connection, takes a cold JVM 10 ms, this one 2.
   */
  static String text(String name) {
    try {
      CodeSource source = OwnFile.class.getProtectionDomain().getCodeSource();
      URL place = source == null ? null : source.getLocation();
      if (place != null && place.getProtocol().equals("file") && place.getPath().endsWith(".jar")) {
        try (ZipFile archive = new ZipFile(place.getPath())) {
          ZipEntry entry = archive.getEntry("dev/holdfast/config/" + name);
          if (entry != null) {
            return text(archive.getInputStream(entry));
          }
        } catch (IOException e) {
          // The path of a URL is not always that of a file; the class loader knows better.
        }
      }
      InputStream in = OwnFile.class.getResourceAsStream(name);
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the program");
      }
      return text(in);
    } catch (IOException e) {
      throw new HoldfastException(ErrorCode.FILE_READ, "cannot read " + name, e);
    }
  }

  private static String text(InputStream in) throws IOException {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
