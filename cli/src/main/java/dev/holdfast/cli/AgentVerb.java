package dev.holdfast.cli;

import dev.holdfast.agent.Agent;
import dev.holdfast.agent.AgentPaths;
import dev.holdfast.agent.SystemdNotice;
import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.Options;
import java.util.Optional;

/** Runs the agent until a signal ends it. */
final class AgentVerb implements Verb {
  @Override
  public String name() {
    return "agent";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    AgentPaths paths = new AgentPaths(options.path("spool-path"), options.stanza());
    AgentTasks tasks = new AgentTasks(context, ConfigurationFiles.ofHost());
    SystemdNotice systemd =
        new SystemdNotice(
            Optional.ofNullable(context.surroundings().environment().get("NOTIFY_SOCKET")));
    new Agent(paths, tasks, context.reporter()).run(systemd);
    return 0;
  }
}
