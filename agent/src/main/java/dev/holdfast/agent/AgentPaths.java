package dev.holdfast.agent;

import dev.holdfast.domain.StanzaName;
import java.nio.file.Path;

/**
 * What an agent has in the spool path. The socket is looked for there by {@code holdfast-wal},
 * which trusts it because nobody else can write to that directory.
 *
 * @param spoolPath the option spool-path
 * @param stanza of the cluster
 */
public record AgentPaths(Path spoolPath, StanzaName stanza) {
  /** The socket, {@code <spool-path>/<stanza>.sock}. There is one from the first start on. */
  public Path socket() {
    return spoolPath.resolve(stanza + ".sock");
  }

  /** Locked by the agent that runs. */
  Path lock() {
    return spoolPath.resolve(stanza + ".agent.lock");
  }
}
