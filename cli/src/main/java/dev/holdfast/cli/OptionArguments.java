package dev.holdfast.cli;

import dev.holdfast.config.OptionDefinition;
import dev.holdfast.config.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Options as they would stand on a command line. */
final class OptionArguments {
  private static final int NOT_INDEXED = 0;

  private OptionArguments() {}

  /** The numbers that an option has values for. */
  static List<Integer> keys(Options options, OptionDefinition option) {
    return switch (option.group()) {
      case "repo" -> options.repositoryKeys();
      case "pg" -> options.clusterKeys();
      case null, default -> List.of(NOT_INDEXED);
    };
  }

  /**
   * The value of an option, which must not be a secret.
   *
   * @param asKey the number that it gets on that command line
   */
  static List<String> of(Options options, OptionDefinition option, int key, int asKey) {
    String name = option.name(asKey);
    if (!options.has(option.name(), key)) {
      return List.of("--no-" + name);
    }
    return switch (option.type()) {
      case BOOLEAN -> List.of((options.flag(option.name(), key) ? "--" : "--no-") + name);
      case LIST ->
          options.list(option.name(), key).stream().map(each -> "--" + name + "=" + each).toList();
      case MAP -> {
        List<String> arguments = new ArrayList<>();
        for (Map.Entry<String, String> each : options.map(option.name(), key).entrySet()) {
          arguments.add("--" + name + "=" + each.getKey() + "=" + each.getValue());
        }
        yield arguments;
      }
      case STRING, PATH, ENUM, INTEGER, SIZE, TIME ->
          List.of("--" + name + "=" + options.shown(option.name(), key).orElseThrow());
    };
  }
}
