package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Configures options at random places, and asks the installed pgBackRest (by its help, which shows
 * what is configured) and us what they are.
 */
class SameValuesAsPgBackRestTest {
  private static final Path PROGRAM = Path.of("/usr/bin/pgbackrest");
  private static final Map<String, List<String>> VALUES =
      Map.ofEntries(
          Map.entry("process-max", List.of("1", "2", "99")),
          Map.entry("compress-type", List.of("gz", "lz4", "zst")),
          Map.entry("buffer-size", List.of("64KiB", "1MB", "2m")),
          Map.entry("start-fast", List.of("y", "n")),
          Map.entry("delta", List.of("y", "n")),
          Map.entry("db-timeout", List.of("60", "100")),
          Map.entry("lock-path", List.of("/tmp/a", "/tmp/b")),
          Map.entry("exclude", List.of("one/", "two", "three/four")),
          Map.entry("annotation", List.of("a=1", "b=x=y")),
          Map.entry("repo1-path", List.of("/r1", "/r1/other")),
          Map.entry("repo2-path", List.of("/r2")),
          Map.entry("repo1-retention-full", List.of("1", "7")),
          Map.entry("repo1-cipher-type", List.of("none", "aes-256-cbc")),
          Map.entry("pg1-port", List.of("5432", "5433")),
          Map.entry("pg1-path", List.of("/pg", "/pg/other")),
          Map.entry("archive-copy", List.of("y", "n")),
          Map.entry("compress-level", List.of("1", "2")));

  private static final List<String> STANZA_ONLY = List.of("pg1-port", "pg1-path");

  @Test
  void whereverTheyAreSet(@TempDir Path directory) throws Exception {
    assumeTrue(Files.isExecutable(PROGRAM), "pgbackrest is not installed");
    for (int seed = 0; seed < 60; seed++) {
      Case one = new Case(new Random(seed));
      Path file = directory.resolve(seed + ".conf");
      Files.writeString(file, one.file);
      List<String> arguments = new ArrayList<>(List.of("help", "backup", "--stanza=main"));
      arguments.add("--config=" + file);
      arguments.addAll(one.arguments);
      assertThat(ours(arguments, one.environment))
          .as("seed %d, %s, %s\n%s", seed, arguments, one.environment, one.file)
          .isEqualTo(theirs(arguments, one.environment));
    }
  }

  /** Where each option is set to what. */
  private static final class Case {
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final String file;

    Case(Random random) {
      Map<String, StringBuilder> sections = new TreeMap<>();
      for (String name :
          List.of(
              "global",
              "global:backup",
              "global:restore",
              "main",
              "main:backup",
              "main:restore",
              "other")) {
        sections.put(name, new StringBuilder("[" + name + "]\n"));
      }
      for (Map.Entry<String, List<String>> option : new TreeMap<>(VALUES).entrySet()) {
        String name = option.getKey();
        for (Map.Entry<String, StringBuilder> section : sections.entrySet()) {
          boolean allowed = !STANZA_ONLY.contains(name) || !section.getKey().startsWith("global");
          if (allowed && !section.getKey().endsWith(":restore") && random.nextInt(4) == 0) {
            section.getValue().append(name).append(random.nextBoolean() ? "=" : " = ");
            section.getValue().append(pick(option.getValue(), random)).append('\n');
          }
        }
        if (random.nextInt(6) == 0) {
          environment.put(
              "PGBACKREST_" + name.replace('-', '_').toUpperCase(Locale.ROOT),
              pick(option.getValue(), random));
        }
        if (random.nextInt(6) == 0
            && !name.equals("archive-copy")
            && !name.equals("pg1-port")
            && !name.equals("compress-level")) {
          arguments.add("--" + name + "=" + pick(option.getValue(), random));
        }
      }
      file = String.join("\n", sections.values());
    }

    private static String pick(List<String> values, Random random) {
      return values.get(random.nextInt(values.size()));
    }
  }

  private static Map<String, String> ours(List<String> arguments, Map<String, String> environment) {
    Options subject =
        new ConfigurationLoader(environment, ConfigurationFiles.ofHost())
            .load(arguments)
            .helpSubject()
            .orElseThrow();
    Map<String, String> values = new TreeMap<>();
    for (OptionDefinition option : OptionRegistry.standard().options()) {
      if (subject.knows(option.name()) && !option.internal("backup")) {
        // Of an indexed option, pgBackRest 2.45 shows the first value only.
        int key = subject.keys(option).get(0);
        String value =
            subject.source(option.name(), key).kind() == OptionSource.Kind.DEFAULT
                ? ""
                : subject.shown(option.name(), key).orElse("");
        if (!value.isEmpty() && !option.name().equals("repo-bundle")) {
          values.put(option.name(), value.replaceAll("\\s+", ""));
        }
      }
    }
    return values;
  }

  private static Map<String, String> theirs(List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String help = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(help).isZero();
    Map<String, String> values = new TreeMap<>();
    for (String entry : help.split("(?m)^(?=  --)")) {
      Matcher matcher =
          Pattern.compile("^ --([a-z0-9-]+) .*?\\[current=(.*?)(, default=[^\\]]*)?\\]")
              .matcher(entry.replaceAll("\\s+", " "));
      if (matcher.find()) {
        String value = matcher.group(2).replace(" ", "");
        values.put(
            matcher.group(1),
            switch (value) {
              case "true" -> "y";
              case "false" -> "n";
              default -> value;
            });
      }
    }
    return values;
  }
}
