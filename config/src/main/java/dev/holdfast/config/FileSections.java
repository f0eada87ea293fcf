package dev.holdfast.config;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What stands in the configuration files, and which of it concerns a verb and a stanza. */
final class FileSections {
  private static final String GLOBAL = "global";

  private record Entry(OptionSource source, String key, String text) {}

  private final Map<String, List<Entry>> sections = new LinkedHashMap<>();

  /**
   * Reads the files; a section that occurs several times is one.
   *
   * @throws HoldfastException FORMAT with the file and line
   */
  static FileSections read(List<ConfigurationPlaces.Part> parts) {
    FileSections all = new FileSections();
    for (ConfigurationPlaces.Part part : parts) {
      IniText.read(
          part.name(),
          part.text(),
          new IniText.Handler() {
            @Override
            public void entry(int line, String section, String key, String value) {
              String place = part.name() + ":" + line;
              all.add(
                  section, new Entry(new OptionSource(OptionSource.Kind.FILE, place), key, value));
            }
          });
    }
    return all;
  }

  private void add(String section, Entry entry) {
    List<Entry> entries = sections.get(section);
    if (entries == null) {
      entries = new ArrayList<>();
      sections.put(section, entries);
    }
    entries.add(entry);
  }

  /** The names of the stanzas that have a section, in order. */
  List<String> stanzas() {
    TreeSet<String> stanzas = new TreeSet<>();
    for (String section : sections.keySet()) {
      int colon = section.indexOf(':');
      String stanza = colon < 0 ? section : section.substring(0, colon);
      if (!stanza.equals(GLOBAL) && !stanza.isEmpty()) {
        stanzas.add(stanza);
      }
    }
    return List.copyOf(stanzas);
  }

  /** Adds the options for a verb and a stanza to those that were given before. */
  void addTo(
      GivenOptions options,
      OptionNames names,
      VerbDefinition verb,
      @Nullable String stanza,
      Complaints complaints) {
    if (stanza != null) {
      new Section(stanza + ":" + verb.name(), true, false).addTo(options, names, verb, complaints);
      new Section(stanza, false, false).addTo(options, names, verb, complaints);
    }
    new Section(GLOBAL + ":" + verb.name(), true, true).addTo(options, names, verb, complaints);
    new Section(GLOBAL, false, true).addTo(options, names, verb, complaints);
  }

  /** Warns about sections for verbs that do not exist: nothing in them would ever be read. */
  void warnAboutVerbs(OptionRegistry registry, Complaints complaints) {
    for (Map.Entry<String, List<Entry>> section : sections.entrySet()) {
      String name = section.getKey();
      int colon = name.lastIndexOf(':');
      if (colon > 0 && !registry.knowsVerb(name.substring(colon + 1))) {
        complaints.warn(
            new Warning(
                section.getValue().get(0).source()
                    + ": section '["
                    + name
                    + "]' is for a verb that does not exist; it is ignored"));
      }
    }
  }

  /** One section as a verb sees it. */
  private final class Section {
    private final String name;
    private final boolean ofVerb;
    private final boolean global;
    private final Map<String, GivenOption> seen = new HashMap<>();

    Section(String name, boolean ofVerb, boolean global) {
      this.name = name;
      this.ofVerb = ofVerb;
      this.global = global;
    }

    void addTo(
        GivenOptions options, OptionNames names, VerbDefinition verb, Complaints complaints) {
      for (Entry entry : sections.getOrDefault(name, List.of())) {
        OptionReference reference = reference(entry, names, verb, complaints);
        if (reference != null) {
          add(entry, reference, options, complaints);
        }
      }
    }

    private @Nullable OptionReference reference(
        Entry entry, OptionNames names, VerbDefinition verb, Complaints complaints) {
      OptionReference reference;
      try {
        reference = names.find(entry.key(), false, true);
      } catch (UnknownOptionException e) {
        OptionDefinition meant = e.meant();
        if (meant == null || meant.validFor(verb.name())) {
          complaints.reject(meant, entry.source(), e, "it is ignored");
        }
        return null;
      }
      OptionDefinition option = reference.definition();
      String misplaced = null;
      if (reference.negated() || reference.reset()) {
        misplaced = "is only for the command line, in a file write =n";
      } else if (option.section() == OptionSection.COMMAND_LINE) {
        misplaced = "is only for the command line";
      } else if (ofVerb && !option.validFor(verb.name())) {
        misplaced = "is not an option of the verb '" + verb.name() + "'";
      } else if (global
          && option.section() == OptionSection.STANZA
          && option.validFor(verb.name())) {
        misplaced = "belongs into the section of a stanza";
      }
      if (misplaced != null) {
        complaints.warn(
            new Warning(
                entry.source()
                    + ": option '"
                    + entry.key()
                    + "' "
                    + misplaced
                    + "; it is ignored"));
        return null;
      }
      return option.validFor(verb.name()) ? reference : null;
    }

    private void add(
        Entry entry, OptionReference reference, GivenOptions options, Complaints complaints) {
      OptionDefinition option = reference.definition();
      GivenOption before = seen.get(reference.name());
      if (before == null && options.contains(reference)) {
        return;
      }
      if (entry.text().isEmpty()) {
        complaints.reject(
            option,
            entry.source(),
            new HoldfastException(
                ErrorCode.OPTION_INVALID_VALUE,
                "option '" + reference.name() + "' has an empty value"),
            "it is ignored");
        return;
      }
      if (before != null && option.type().repeatable()) {
        before.texts().add(entry.text());
        return;
      }
      if (before != null) {
        complaints.reject(
            option,
            entry.source(),
            new HoldfastException(
                ErrorCode.OPTION_INVALID,
                "option '" + reference.name() + "' was already set at " + before.source()),
            "this one counts");
      }
      GivenOption given = new GivenOption(reference, entry.source());
      given.texts().add(entry.text());
      seen.put(reference.name(), given);
      options.add(given);
    }
  }
}
