package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DefaultsTest {
  /** What we decided to do otherwise than pgBackRest 2.59. */
  private static final Map<String, String> OURS =
      Map.of(
          "repo-bundle", "y",
          "log-level-stderr", "warn",
          "cmd", "holdfast",
          "pg-host-cmd", "holdfast",
          "repo-host-cmd", "holdfast");

  /** What pgBackRest changed after 2.45. */
  private static final Set<String> CHANGED_SINCE_2_45 =
      Set.of("compress-level-network", "protocol-timeout");

  /** What 2.45 takes with verbs that have no use for it. */
  private static final Set<String> FOR_FEWER_VERBS_SINCE_2_45 = Set.of("cmd", "db-timeout");

  /** Verbs that pgBackRest does not have. */
  private static final Set<String> OUR_VERBS =
      Set.of(
          "adopt",
          "agent",
          "certificates",
          "demo",
          "down",
          "events",
          "failover",
          "fence",
          "hosted",
          "keeper",
          "maintenance",
          "monitor",
          "monitors",
          "node",
          "recover",
          "remote",
          "reroute",
          "settings",
          "status",
          "switchover",
          "unfence",
          "up",
          "uri",
          "watch");

  private final OptionRegistry registry = OptionRegistry.standard();

  @Test
  void areThoseOfPgBackRestButForWhatWeDecided() throws IOException {
    Map<String, String> theirs = new TreeMap<>();
    Map<String, List<String>> sets = new HashMap<>();
    for (String line : resource("pgbackrest-2.59-defaults.txt").lines().toList()) {
      String[] parts = line.split(" \\| ");
      if (line.startsWith("@")) {
        sets.put(parts[0], List.of(parts[1].split(" ")));
      } else if (!line.startsWith("#")) {
        for (String verb : sets.getOrDefault(parts[2], List.of(parts[2].split(" ")))) {
          theirs.put(verb + " " + parts[0], expected(parts[0], parts[1]));
        }
      }
    }
    theirs.remove("check report");
    theirs.put("version version", "n");
    theirs.put("archive-push archive-stream", "n");
    // Both tell of the gaps in the WAL that are recorded in the spool.
    theirs.put("check spool-path", "/var/spool/pgbackrest");
    theirs.put("info spool-path", "/var/spool/pgbackrest");
    for (String verb :
        List.of("archive-get", "archive-push", "backup", "expire", "restore", "verify")) {
      theirs.put(verb + " io-priority", "normal");
    }
    assertThat(ours()).isEqualTo(theirs);
  }

  @Test
  void areThoseOfTheInstalledPgBackRest() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/pgbackrest")), "pgbackrest is not installed");
    Map<String, String> differences = new TreeMap<>();
    int compared = 0;
    for (VerbDefinition verb : registry.verbs()) {
      if (OUR_VERBS.contains(verb.name())) {
        continue;
      }
      for (Map.Entry<String, String> theirs : helpDefaults(verb.name()).entrySet()) {
        String name = theirs.getKey();
        OptionDefinition option = registry.optionOrNull(name);
        if (option == null || !option.validFor(verb.name())) {
          if (!FOR_FEWER_VERBS_SINCE_2_45.contains(name)) {
            differences.put(verb.name() + " " + name, "not ours");
          }
          continue;
        }
        String ours = option.defaultText(verb.name(), null);
        if (ours == null) {
          ours = option.defaultText(verb.name(), "s3");
        }
        String expected =
            CHANGED_SINCE_2_45.contains(name)
                ? String.valueOf(ours)
                : expected(name, theirs.getValue());
        compared++;
        if (ours == null || !normal(option, ours).equals(normal(option, expected))) {
          differences.put(verb.name() + " " + name, "ours " + ours + ", theirs " + expected);
        }
      }
    }
    assertThat(differences).isEmpty();
    assertThat(compared).isGreaterThan(400);
  }

  private Map<String, String> ours() {
    Map<String, String> ours = new TreeMap<>();
    for (OptionDefinition option : registry.options()) {
      for (String verb : option.verbs()) {
        String text = OptionFacts.defaultText(option, verb);
        if (text != null && !OUR_VERBS.contains(verb)) {
          ours.put(verb + " " + option.name(), text);
        }
      }
    }
    return ours;
  }

  /** The default that we should have where pgBackRest has this one. */
  private static String expected(String option, String theirs) {
    String decided = OURS.get(option);
    return decided != null
        ? decided
        : theirs
            .replace("/etc/pgbackrest/pgbackrest.conf", "/etc/holdfast/holdfast.conf")
            .replace("/etc/pgbackrest", "/etc/holdfast");
  }

  /** A default as a number where it is one: 1m, 60s and 60 are the same. */
  private static String normal(OptionDefinition option, String text) {
    return switch (option.type()) {
      case TIME -> QuantityText.milliseconds(text) + "";
      case SIZE -> QuantityText.bytes(text) + "";
      default -> text;
    };
  }

  private static Map<String, String> helpDefaults(String verb)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder("/usr/bin/pgbackrest", "help", verb).start();
    String help = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    Map<String, String> defaults = new TreeMap<>();
    Pattern form =
        Pattern.compile("(?m)^  --([a-z0-9-]+)\\s.*(?:\\n {20,}.*)*?default=((?s:[^\\]]*))\\]");
    List<String> entries = new ArrayList<>(List.of(help.split("(?m)^(?=  --)")));
    for (String entry : entries) {
      Matcher matcher = form.matcher(entry);
      if (matcher.find()) {
        defaults.put(matcher.group(1), matcher.group(2).replaceAll("\\s+", ""));
      }
    }
    return defaults;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = DefaultsTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
