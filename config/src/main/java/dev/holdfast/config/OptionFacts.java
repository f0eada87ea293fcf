package dev.holdfast.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the registry knows about an option, in words: for the help and the reference page. */
final class OptionFacts {
  private OptionFacts() {}

  /** The facts under short headings, those that apply, in a fixed order. */
  static Map<String, String> of(OptionRegistry registry, OptionDefinition option, String verb) {
    Map<String, String> facts = new LinkedHashMap<>();
    String byDefault = defaultText(option, verb);
    if (byDefault != null) {
      facts.put("default", byDefault);
    } else if (option.required(verb)) {
      facts.put("default", "none, a value is required");
    }
    facts.put("type", type(option));
    String values = values(option, verb);
    if (values != null) {
      facts.put("values", values);
    }
    Dependency dependency = option.dependency(verb);
    if (dependency != null) {
      String name = registry.option(dependency.option()).name(1);
      facts.put(
          "needs",
          dependency.wish(name)
              + (dependency.otherwise() == null ? "" : "; else " + dependency.otherwise()));
    }
    facts.put("place", place(option));
    if (!option.deprecatedNames().isEmpty()) {
      facts.put("old names", String.join(", ", option.deprecatedNames()));
    }
    if (!option.since().equals("pgBackRest")) {
      facts.put("since", "Holdfast " + option.since());
    }
    return facts;
  }

  /** The default, or each of them with its condition. */
  static @Nullable String defaultText(OptionDefinition option, String verb) {
    String one = option.defaultText(verb, null);
    List<String> matches = option.matched("default");
    if (one != null || matches.isEmpty()) {
      return one;
    }
    List<String> each = new ArrayList<>();
    for (String match : matches) {
      each.add(option.defaultText(verb, match) + " (" + match + ")");
    }
    return String.join(", ", each);
  }

  private static String type(OptionDefinition option) {
    return switch (option.type()) {
      case SIZE -> "size: bytes, or with a unit: KiB, MiB, GiB, TiB, PiB";
      case TIME -> "time: seconds, or with a unit: ms, s, m, h, d, w";
      case BOOLEAN -> "boolean: y or n";
      case LIST -> "list: may be given several times";
      case MAP -> "map: key=value, may be given several times";
      case PATH -> "path: absolute";
      case INTEGER, STRING, ENUM -> option.type().text();
    };
  }

  private static @Nullable String values(OptionDefinition option, String verb) {
    if (!option.allowed(verb).isEmpty()) {
      return String.join(", ", option.allowed(verb));
    }
    String range = option.range(null);
    List<String> matches = option.matched("range");
    if (range != null) {
      return words(range);
    }
    if (matches.isEmpty()) {
      return null;
    }
    List<String> each = new ArrayList<>();
    for (String match : matches) {
      String forMatch = option.range(match);
      each.add((forMatch == null ? "any" : words(forMatch)) + " (" + match + ")");
    }
    return String.join(", ", each);
  }

  private static String words(String range) {
    return range.replace("..", " to ");
  }

  private static String place(OptionDefinition option) {
    String files =
        switch (option.section()) {
          case COMMAND_LINE -> "";
          case STANZA -> "a stanza's section of the configuration file, ";
          case GLOBAL -> "any section of the configuration file, ";
        };
    String place = files + "environment" + (option.secret() ? "" : ", command line");
    return option.secret() ? place + "; never shown" : place;
  }
}
