package dev.holdfast.postgres.directory;

/**
 * Is told what a data directory holds.
 *
 * <p>Files come in the byte order of their names, so that nobody has to sort a million of them;
 * directories come before what is in them; targets and links come in no particular order.
 */
public interface DirectoryVisitor {
  /** A directory. */
  void path(FoundPath path);

  /** A file. */
  void file(FoundFile file);

  /** A link. */
  void link(FoundLink link);

  /** A place that links lead to, or the data directory itself. */
  void target(FoundTarget target);

  /** Something that the user wanted to leave out was left out. */
  void excluded(String message);

  /** Something was left out that the user may not expect to be. */
  void warning(String message);
}
