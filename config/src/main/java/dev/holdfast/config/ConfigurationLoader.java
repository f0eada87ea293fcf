package dev.holdfast.config;

import dev.holdfast.domain.HoldfastException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts together the options of a verb from the command line, the environment and files.
 *
 * <p>For each option the first of these that has it wins: the command line; {@code HOLDFAST_*};
 * {@code PGBACKREST_*}; the sections {@code [stanza:verb]}, {@code [stanza]}, {@code
 * [global:verb]}, {@code [global]}; the default.
 */
public final class ConfigurationLoader {
  private final OptionRegistry registry;
  private final Map<String, String> environment;
  private final ConfigurationFiles files;

  /**
   * A loader that reads the files anew for each load.
   *
   * @param environment variables, as System.getenv() has them
   */
  public ConfigurationLoader(Map<String, String> environment, ConfigurationFiles files) {
    this.registry = OptionRegistry.standard();
    this.environment = Map.copyOf(environment);
    this.files = files;
  }

  /** A loader with this process's environment and this host's files. */
  public static ConfigurationLoader ofProcess() {
    return new ConfigurationLoader(System.getenv(), ConfigurationFiles.ofHost());
  }

  /**
   * The options of one call of the program.
   *
   * @param arguments the program's arguments, verb and all
   * @throws HoldfastException with the code that is the exit code
   */
  public Options load(List<String> arguments) {
    CommandLine line = CommandLine.parse(registry, arguments);
    VerbDefinition subject = line.helpSubject();
    Options helpSubject = subject == null ? null : shown(subject, line);
    return load(
        line.options(),
        line.parameters(),
        line.verb(),
        new Complaints(line.verb().name().equals("help")),
        helpSubject);
  }

  /**
   * What another verb would be run with by the same arguments, for a process that does the work of
   * several. Options that the other verb does not know are left out.
   *
   * @param arguments the program's arguments, with the verb that they are for
   * @throws HoldfastException with the code that is the exit code
   */
  public Options loadAs(String verb, List<String> arguments) {
    CommandLine line = CommandLine.parse(registry, arguments);
    GivenOptions given = new GivenOptions();
    for (GivenOption option : line.options().all()) {
      if (option.reference().definition().validFor(verb)) {
        given.add(option);
      }
    }
    return load(given, line.parameters(), registry.verb(verb), new Complaints(false), null);
  }

  /** What the verb would be run with, as far as that can be said; only to be shown. */
  private @Nullable Options shown(VerbDefinition subject, CommandLine line) {
    try {
      return load(line.options(), line.parameters(), subject, new Complaints(true), null);
    } catch (HoldfastException e) {
      // A file that cannot be read must not keep somebody from reading how it should look.
      Complaints complaints = new Complaints(true);
      complaints.warn(new Warning(String.valueOf(e.getMessage()), e.hints()));
      Resolver resolver = new Resolver(registry, subject, line.options(), complaints);
      resolver.resolve();
      return new Options(
          registry,
          subject,
          line.parameters(),
          resolver,
          new Options.Loaded(complaints.warnings(), List.of(), null));
    }
  }

  private Options load(
      GivenOptions given,
      List<String> parameters,
      VerbDefinition verb,
      Complaints complaints,
      @Nullable Options helpSubject) {
    FileSections sections = FileSections.read(List.of());
    if (verb.configured()) {
      OptionNames names = new OptionNames(registry);
      new Environment(names, verb, complaints, given).read(environment);
      sections = FileSections.read(new ConfigurationPlaces(files).read(given));
      sections.addTo(given, names, verb, given.text("stanza"), complaints);
      sections.warnAboutVerbs(registry, complaints);
    }
    Resolver resolver = new Resolver(registry, verb, given, complaints);
    resolver.resolve();
    if (!complaints.lenient()) {
      new CrossChecks(verb, resolver, complaints).apply();
    }
    return new Options(
        registry,
        verb,
        parameters,
        resolver,
        new Options.Loaded(complaints.warnings(), sections.stanzas(), helpSubject));
  }
}
