package dev.holdfast.cli;

import dev.holdfast.config.OptionDefinition;
import dev.holdfast.config.OptionRegistry;
import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import dev.holdfast.engine.Reporter;
import dev.holdfast.engine.Reporter.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The arguments with which a verb runs on a database host: what is set here, so that the backup
 * server's configuration counts alone. Left out are secrets, which the verb does not need there,
 * where the repositories are, and what each host has of its own. They go through the connection,
 * not through a command line that others could read.
 */
final class HostedArguments {
  private static final Set<String> LEFT_OUT =
      Set.of(
          "backup-standby",
          "cmd",
          "cmd-ssh",
          "compress",
          "config",
          "config-include-path",
          "config-path",
          "exec-id",
          "expire-auto",
          "lock-path",
          "log-path",
          "neutral-umask",
          "spool-path");

  private static final List<String> OF_REPOSITORIES =
      List.of("repo-bundle", "repo-block", "repo-hardlink", "repo-symlink");

  private final Options options;
  private final Reporter reporter;

  HostedArguments(Options options, Reporter reporter) {
    this.options = options;
    this.reporter = reporter;
  }

  /**
   * The arguments.
   *
   * @param clusters the numbers of the host's clusters; there they are numbered from 1
   * @param standby whether a backup may look for a standby there
   */
  List<String> of(List<Integer> clusters, boolean standby) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--no-config");
    arguments.add("--log-level-console=" + level());
    arguments.add("--log-level-stderr=off");
    arguments.add("--log-level-file=off");
    for (int key : options.repositoryKeys()) {
      // Says that there is one; nothing of that name is used.
      arguments.add("--repo" + key + "-path=/served/" + key);
    }
    if (options.knows("expire-auto")) {
      arguments.add("--no-expire-auto");
    }
    if (standby && options.knows("backup-standby")) {
      arguments.add("--backup-standby=" + options.string("backup-standby"));
    }
    for (OptionDefinition option : OptionRegistry.standard().options()) {
      if (isPassedOn(option)) {
        add(arguments, option, clusters);
      }
    }
    arguments.add(options.verb().name());
    return arguments;
  }

  private void add(List<String> arguments, OptionDefinition option, List<Integer> clusters) {
    boolean ofClusters = "pg".equals(option.group());
    for (int key : OptionArguments.keys(options, option)) {
      boolean isTheirs = !ofClusters || clusters.contains(key);
      if (isTheirs && options.source(option.name(), key).kind() != OptionSource.Kind.DEFAULT) {
        int asKey = ofClusters ? clusters.indexOf(key) + 1 : key;
        arguments.addAll(OptionArguments.of(options, option, key, asKey));
      }
    }
  }

  private boolean isPassedOn(OptionDefinition option) {
    String name = option.name();
    return options.knows(name)
        && !option.secret()
        && !LEFT_OUT.contains(name)
        && !name.startsWith("log-level-")
        && !name.startsWith("pg-host")
        && !name.equals("pg-local")
        && (!"repo".equals(option.group()) || OF_REPOSITORIES.stream().anyMatch(name::startsWith));
  }

  /** The lowest that is shown anywhere here. */
  private String level() {
    String lowest = "off";
    for (Level level : Level.values()) {
      if (reporter.shows(level)) {
        lowest = level.name().toLowerCase(Locale.ROOT);
      }
    }
    return lowest;
  }
}
