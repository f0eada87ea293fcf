package dev.holdfast.routing.pgbouncer;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.ServerAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of one of PgBouncer's configuration files. A change keeps every byte of the lines that
 * it is not about.
 */
final class IniText {
  private static final Pattern SECTION = Pattern.compile("\\s*\\[(?<name>[^]]+)]\\s*");
  private static final Pattern INCLUDE = Pattern.compile("\\s*%include\\s+(?<file>.*\\S)\\s*");
  private static final Pattern SETTING =
      Pattern.compile(
          "(?<before>\\s*(?:\"(?<quoted>(?:[^\"]|\"\")*)\"|(?<plain>[A-Za-z0-9_.*-]+))\\s*=\\s*)"
              + "(?<value>.*?)(?<after>\\s*)");

  private final List<Line> lines;

  /** A line, without its end, and the section that it is in. */
  private record Line(String text, String section) {
    Optional<Matcher> setting() {
      Matcher matcher = SETTING.matcher(text);
      return isComment() || !matcher.matches() ? Optional.empty() : Optional.of(matcher);
    }

    boolean isComment() {
      String start = text.stripLeading();
      return start.isEmpty() || start.charAt(0) == ';' || start.charAt(0) == '#';
    }

    boolean isOfDatabases() {
      return section.equals("databases");
    }
  }

  /** A file that another names, and the section in which it does. */
  record Include(String file, String section) {}

  private IniText(List<Line> lines) {
    this.lines = lines;
  }

  /**
   * Reads a file that may begin in the middle of a section.
   *
   * @param section the section that its first line is in; empty for none
   */
  static IniText parse(String text, String section) {
    List<Line> lines = new ArrayList<>();
    String current = section;
    for (String line : text.split("\n", -1)) {
      Matcher matcher = SECTION.matcher(line);
      if (matcher.matches()) {
        current = matcher.group("name").strip();
      }
      lines.add(new Line(line, current));
    }
    return new IniText(lines);
  }

  private static String key(Matcher setting) {
    String quoted = setting.group("quoted");
    return quoted == null ? setting.group("plain") : quoted.replace("\"\"", "\"");
  }

  /** The files that it includes, in their order. */
  List<Include> includes() {
    List<Include> includes = new ArrayList<>();
    for (Line line : lines) {
      Matcher matcher = INCLUDE.matcher(line.text);
      if (matcher.matches()) {
        includes.add(new Include(matcher.group("file"), line.section));
      }
    }
    return includes;
  }

  /** A setting of the pooler itself. */
  Optional<String> setting(String name) {
    return lines.stream()
        .filter(line -> line.section.equals("pgbouncer"))
        .flatMap(line -> line.setting().stream())
        .filter(setting -> key(setting).equals(name))
        .map(setting -> setting.group("value"))
        .reduce((first, last) -> last);
  }

  /**
   * The databases, in the file's order.
   *
   * @throws HoldfastException format (29) with the database's name
   */
  List<PooledDatabase> databases() {
    return lines.stream()
        .filter(Line::isOfDatabases)
        .flatMap(line -> line.setting().stream())
        .map(setting -> new PooledDatabase(key(setting), server(setting)))
        .toList();
  }

  private static Optional<ServerAddress> server(Matcher setting) {
    ConnectionString connection = connection(setting);
    String port = connection.value("port").orElse("5432");
    try {
      int number = Integer.parseInt(port);
      // Of several hosts PgBouncer (1.24 and newer) takes one after the other.
      return connection
          .value("host")
          .map(hosts -> new ServerAddress(hosts.split(",", 2)[0], number));
    } catch (NumberFormatException e) {
      throw invalid(setting, "its port '" + port + "' is not a number", e);
    } catch (HoldfastException e) {
      throw invalid(setting, e.getMessage(), e);
    }
  }

  private static ConnectionString connection(Matcher setting) {
    try {
      return ConnectionString.parse(setting.group("value"));
    } catch (HoldfastException e) {
      throw invalid(setting, e.getMessage(), e);
    }
  }

  private static HoldfastException invalid(Matcher setting, String why, RuntimeException cause) {
    return new HoldfastException(
        ErrorCode.FORMAT, "PgBouncer's database '" + key(setting) + "': " + why, cause);
  }

  /** The same with these databases at another server. */
  IniText repointed(Set<String> names, ServerAddress server) {
    List<Line> changed = new ArrayList<>();
    for (Line line : lines) {
      Optional<Matcher> setting = line.isOfDatabases() ? line.setting() : Optional.empty();
      changed.add(
          setting.isPresent() && names.contains(key(setting.get()))
              ? repointed(line, setting.get(), server)
              : line);
    }
    return new IniText(changed);
  }

  private static Line repointed(Line line, Matcher setting, ServerAddress server) {
    String value =
        connection(setting)
            .with("host", server.host())
            .with("port", Integer.toString(server.port()))
            .text();
    return new Line(setting.group("before") + value + setting.group("after"), line.section);
  }

  /** All of it. */
  String text() {
    return String.join("\n", lines.stream().map(Line::text).toList());
  }
}
