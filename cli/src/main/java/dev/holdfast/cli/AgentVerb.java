package dev.holdfast.cli;

import dev.holdfast.agent.Agent;
import dev.holdfast.agent.AgentPaths;
import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.Options;

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
    new Agent(paths, tasks, context.reporter()).run(() -> {});
    return 0;
  }
}
