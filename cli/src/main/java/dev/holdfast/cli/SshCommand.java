package dev.holdfast.cli;

import dev.holdfast.config.OptionSource;
import dev.holdfast.config.Options;
import java.util.ArrayList;
import java.util.List;

/** The call of the system's ssh that starts Holdfast on another host. */
final class SshCommand {
  private static final List<String> SETTINGS =
      List.of(
          "LogLevel=error",
          "Compression=no",
          "BatchMode=yes",
          "ServerAliveInterval=15",
          "ServerAliveCountMax=4");

  private SshCommand() {}

  /**
   * The command.
   *
   * @param host {@code repo-host} or {@code pg-host}: the option that names the host, and begins
   *     the names of those that say how to reach it
   * @param arguments of Holdfast there, after those that name its configuration
   */
  static List<String> of(Options options, String host, int key, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(options.string("cmd-ssh")));
    for (String setting : SETTINGS) {
      command.add("-o");
      command.add(setting);
    }
    options
        .optionalInteger(host + "-port", key)
        .ifPresent(port -> command.addAll(List.of("-p", Integer.toString(port))));
    command.add(options.string(host + "-user", key) + "@" + options.string(host, key));
    command.add(remoteCommand(options, host, key, arguments));
    return command;
  }

  /** One line for the shell of the other host; the program may be several words of it. */
  private static String remoteCommand(
      Options options, String host, int key, List<String> arguments) {
    StringBuilder line = new StringBuilder(options.string(host + "-cmd", key));
    for (String name : List.of("config", "config-include-path", "config-path")) {
      String option = host + "-" + name;
      if (options.source(option, key) != OptionSource.DEFAULT) {
        line.append(' ').append(quoted("--" + name + "=" + options.string(option, key)));
      }
    }
    options
        .optionalStanza()
        .ifPresent(stanza -> line.append(' ').append(quoted("--stanza=" + stanza.text())));
    line.append(" --log-level-console=off --log-level-file=off --log-level-stderr=error");
    for (String argument : arguments) {
      line.append(' ').append(argument);
    }
    return line.toString();
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
