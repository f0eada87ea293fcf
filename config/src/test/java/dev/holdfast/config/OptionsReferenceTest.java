package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Writes docs/reference/options.md from the registry, or says that it is not up to date. */
class OptionsReferenceTest {
  private static final Path PAGE = Path.of("../docs/reference/options.md");
  private static final String COMMAND =
      "mvn -q -pl config -am -Dtest=OptionsReferenceTest "
          + "-Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.regenerate=true test";

  private final OptionRegistry registry = OptionRegistry.standard();

  @Test
  void thePageIsUpToDate() throws IOException {
    String page = page();
    if (Boolean.getBoolean("holdfast.regenerate")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("regenerate with: %s", COMMAND).exists();
    assertThat(Files.readString(PAGE).equals(page))
        .as("%s differs from the registry; regenerate with: %s", PAGE, COMMAND)
        .isTrue();
  }

  private String page() {
    StringBuilder page = new StringBuilder();
    page.append("# Options\n\n");
    page.append("<!-- Generated from config/src/main/resources/dev/holdfast/config/options.ini;");
    page.append(" do not edit.\n     ").append(COMMAND).append(" -->\n\n");
    page.append(
        """
        An option is looked for on the command line (`--option=value`, `--option value`, `--option`
        and `--no-option` for booleans, `--reset-option` for the default), in the environment
        (`HOLDFAST_OPTION`, then `PGBACKREST_OPTION`; lists are separated by colons), and in the
        sections `[stanza:verb]`, `[stanza]`, `[global:verb]` and `[global]` of the configuration
        file, in this order. The file is `/etc/holdfast/holdfast.conf` with
        `/etc/holdfast/conf.d/*.conf`, else `/etc/pgbackrest/pgbackrest.conf` with
        `/etc/pgbackrest/conf.d/*.conf`.

        Options of repositories and clusters are numbered from 1 to 256: what is written here as
        `repo1-path` is `repo2-path` for the second repository.

        An option that is unknown, or whose value is invalid, is an error on the command line, and a
        warning in a file or the environment. For the options marked *strict*, an invalid value is
        an error everywhere.

        Sizes are bytes, or have a unit, all powers of 1024: `20MiB`, `20MB` and `20m` are the same.
        Times are seconds, or have a unit: `ms`, `s`, `m`, `h`, `d`, `w`.
        """);
    Map<String, StringBuilder> topics = new TreeMap<>();
    for (OptionDefinition option :
        new TreeSet<>(byName()).stream().map(registry::option).toList()) {
      if (!option.verbs().isEmpty()) {
        topics.computeIfAbsent(option.topic(), topic -> new StringBuilder()).append(entry(option));
      }
    }
    for (Map.Entry<String, StringBuilder> topic : topics.entrySet()) {
      String heading = topic.getKey();
      page.append("\n## ").append(Character.toUpperCase(heading.charAt(0)));
      page.append(heading.substring(1)).append(" options\n").append(topic.getValue());
    }
    return page.toString();
  }

  private TreeSet<String> byName() {
    TreeSet<String> names = new TreeSet<>();
    registry.options().forEach(option -> names.add(option.name()));
    return names;
  }

  private String entry(OptionDefinition option) {
    StringBuilder entry = new StringBuilder("\n### ").append(option.name(1)).append("\n\n");
    entry.append(option.summary()).append("\n\n");
    TreeSet<String> verbs = new TreeSet<>(option.verbs());
    String first = verbs.first();
    Map<String, String> common = OptionFacts.of(registry, option, first);
    for (Map.Entry<String, String> fact : common.entrySet()) {
      boolean same =
          verbs.stream()
              .allMatch(verb ->
                  fact.getValue()
                      .equals(OptionFacts.of(registry, option, verb).get(fact.getKey())));
      if (same) {
        entry.append("- ").append(fact.getKey()).append(": ").append(fact.getValue()).append('\n');
      }
    }
    if (option.strict()) {
      entry.append("- *strict*\n");
    }
    entry.append("- verbs: ").append(String.join(", ", verbs)).append('\n');
    for (String verb : verbs) {
      entry.append(differences(option, verb, verbs));
    }
    return entry.toString();
  }

  /** What is said for this verb and not for all. */
  private String differences(OptionDefinition option, String verb, TreeSet<String> verbs) {
    StringBuilder text = new StringBuilder();
    if (!option.summary(verb).equals(option.summary())) {
      text.append("  - ").append(verb).append(": ").append(option.summary(verb)).append('\n');
    }
    for (Map.Entry<String, String> fact : OptionFacts.of(registry, option, verb).entrySet()) {
      boolean differs =
          verbs.stream()
              .anyMatch(other ->
                  !fact.getValue()
                      .equals(OptionFacts.of(registry, option, other).get(fact.getKey())));
      if (differs) {
        text.append("  - ").append(verb).append(", ").append(fact.getKey()).append(": ");
        text.append(fact.getValue()).append('\n');
      }
    }
    return text.toString();
  }
}
