package dev.holdfast.engine.stanza;

import dev.holdfast.domain.StanzaName;
import dev.holdfast.postgres.control.PgControl;
import dev.holdfast.repository.Repository;
import java.util.List;

/**
 * For which cluster a stanza is created or upgraded.
 *
 * @param stanza its name
 * @param repositories where, all of them
 * @param control the cluster's pg_control: the primary's, when it runs
 */
public record StanzaRequest(StanzaName stanza, List<Repository> repositories, PgControl control) {

  /** Copies the list. */
  public StanzaRequest {
    repositories = List.copyOf(repositories);
  }
}
