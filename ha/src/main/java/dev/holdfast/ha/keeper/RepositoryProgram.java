package dev.holdfast.ha.keeper;

import java.util.List;

/**
 * How the program itself is called for what it does with the repository: as a process of its own,
 * because a restore needs memory that a keeper should not keep.
 *
 * @param words the program, and the options that every verb gets: the configuration file, the
 *     stanza; not the data directory
 * @param restoreCommand the {@code restore_command} of a server on this node, in PostgreSQL's words
 */
public record RepositoryProgram(List<String> words, String restoreCommand) {
  /** Copies the list. */
  public RepositoryProgram {
    words = List.copyOf(words);
  }
}
