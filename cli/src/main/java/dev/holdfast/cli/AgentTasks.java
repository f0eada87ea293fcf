package dev.holdfast.cli;

import dev.holdfast.agent.WalStream;
import dev.holdfast.agent.WalTasks;
import dev.holdfast.config.ConfigurationFiles;
import dev.holdfast.config.ConfigurationLoader;
import dev.holdfast.config.Options;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an agent does, by the configuration of now: the files are read at each request. While they
 * say the same the engine's objects stay, and with them their connections to repositories.
 */
final class AgentTasks implements Supplier<WalTasks> {
  private final VerbContext agent;
  private final ConfigurationFiles files;
  private @Nullable RememberedFiles last;
  private @Nullable WalTasks tasks;

  /** For the agent that was started with this context. */
  AgentTasks(VerbContext agent, ConfigurationFiles files) {
    this.agent = agent;
    this.files = files;
  }

  @Override
  public synchronized WalTasks get() {
    RememberedFiles now = new RememberedFiles(files);
    Options push = load("archive-push", now);
    WalTasks current = tasks;
    if (current == null || last == null || !now.sameAs(last)) {
      current = tasks(push, load("archive-get", now), load("agent", now));
      tasks = current;
      last = now;
    }
    context(push).refuseWhenStopped();
    return current;
  }

  private Options load(String verb, ConfigurationFiles from) {
    return new ConfigurationLoader(agent.surroundings().environment(), from)
        .loadAs(verb, agent.arguments());
  }

  private WalTasks tasks(Options push, Options get, Options own) {
    return new WalTasks(
        ArchivePushVerb.async(context(push)),
        ArchiveGetVerb.async(context(get)),
        Clusters.dataDirectory(push),
        push.duration("archive-timeout"),
        stream(push, own));
  }

  private Optional<WalStream> stream(Options push, Options own) {
    if (!own.flag("archive-stream")) {
      return Optional.empty();
    }
    return Optional.of(
        new WalStream(
            Clusters.addresses(own).getFirst().target(),
            own.duration("db-timeout"),
            own.duration("archive-stream-interval"),
            ArchivePushVerb.sinks(context(push))));
  }

  private VerbContext context(Options options) {
    return new VerbContext(options, agent.reporter(), agent.surroundings(), agent.arguments());
  }
}
