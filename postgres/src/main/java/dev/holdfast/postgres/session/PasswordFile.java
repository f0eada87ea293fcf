package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The password that libpq would use: {@code PGPASSWORD}, else the first line of {@code PGPASSFILE}
 * or {@code ~/.pgpass} that fits host, port, database and role.
 */
final class PasswordFile {
  private static final Set<PosixFilePermission> TOO_OPEN =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private static final int FIELDS = 5;

  private PasswordFile() {}

  /**
   * The password for a connection; null when there is none, which peer authentication is glad of.
   */
  static @Nullable String find(
      Map<String, String> environment, String host, int port, String database, String role) {
    String direct = environment.get("PGPASSWORD");
    if (direct != null && !direct.isEmpty()) {
      return direct;
    }
    Path file = file(environment);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      // libpq ignores a file that others may read, too.
      for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
        if (TOO_OPEN.contains(permission)) {
          return null;
        }
      }
      String named = SessionTarget.USUAL_SOCKET_DIRECTORIES.contains(host) ? "localhost" : host;
      return findIn(Files.readAllLines(file, StandardCharsets.UTF_8), named, port, database, role);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read the password file '" + file + "'", e);
    }
  }

  private static Path file(Map<String, String> environment) {
    String named = environment.get("PGPASSFILE");
    return named != null && !named.isEmpty()
        ? Path.of(named)
        : Path.of(System.getProperty("user.home"), ".pgpass");
  }

  static @Nullable String findIn(
      List<String> lines, String host, int port, String database, String role) {
    List<String> wanted = List.of(host, Integer.toString(port), database, role);
    for (String line : lines) {
      if (line.startsWith("#")) {
        continue;
      }
      List<String> fields = split(line);
      if (fields.size() == FIELDS && fits(fields, wanted)) {
        return fields.getLast();
      }
    }
    return null;
  }

  private static boolean fits(List<String> fields, List<String> wanted) {
    for (int i = 0; i < wanted.size(); i++) {
      if (!fields.get(i).equals("*") && !fields.get(i).equals(wanted.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Splits at colons, of which a backslash takes the meaning, as it does of itself. */
  private static List<String> split(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        i++;
        field.append(line.charAt(i));
      } else if (c == ':' && fields.size() < FIELDS - 1) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
