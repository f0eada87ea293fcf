package dev.holdfast.ha.keeper;

import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.ha.decide.Recovery;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.postgres.control.PgControlFile;
import dev.holdfast.postgres.process.ExternalProgram;
import dev.holdfast.postgres.process.ServerControl;
import dev.holdfast.postgres.replication.FreshDirectory;
import dev.holdfast.postgres.replication.ManagedSettings;
import dev.holdfast.postgres.replication.WalTimelines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Makes the data directory from the repository: as a standby that has yet to follow somebody, or
 * recovered to where an operator wants to go on. Whatever it is, it ends with term (63) as soon as
 * nobody wants it any more.
 */
final class RepositoryCopies {
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final Duration ASKING = Duration.ofMinutes(2);
  private static final String LATEST = "latest";
  private static final String CURRENT = "current";

  /** How {@code archive-get} ends when no repository has the file. */
  private static final int MISSING = 1;

  private static final String FRESH = ".restoring";

  private final ServerControl control;
  private final Path data;
  private final Path scratch;
  private final RepositoryProgram program;
  private final PrivateRecovery recovery;

  /**
   * For a data directory whose server is stopped while this works.
   *
   * @param scratch a directory of the keeper's
   */
  RepositoryCopies(
      ServerControl control,
      Path data,
      Path scratch,
      RepositoryProgram program,
      PrivateRecovery recovery) {
    this.control = control;
    this.data = data;
    this.scratch = scratch;
    this.program = program;
    this.recovery = recovery;
  }

  /**
   * Whether the repository has a backup of this cluster.
   *
   * @param systemIdentifier PostgreSQL's, decimal
   * @param givenUp whether nobody wants to know any more
   * @throws HoldfastException execute (102) when it cannot be asked
   */
  boolean hold(String systemIdentifier, BooleanSupplier givenUp) {
    String answer =
        control
            .run(words(List.of("--output=json", "info")), ASKING, givenUp)
            .orThrow("ask the repository what it has")
            .out();
    return Json.readList(answer.getBytes(StandardCharsets.UTF_8), StanzaReport.class).stream()
        .anyMatch(stanza -> stanza.holds(systemIdentifier));
  }

  /**
   * Makes a standby of the latest backup: what is there already is overwritten where it differs, so
   * that little is transferred; beside a directory that is none, it is made anew.
   *
   * @param timeline the primary's, whose history comes with it
   * @param givenUp whether nobody wants it any more
   * @throws HoldfastException execute (102); the data directory is of no use then
   */
  void standby(Timeline timeline, BooleanSupplier givenUp) {
    if (isCluster(data) || isEmpty(data)) {
      restore(data, List.of("--type=standby", "--delta"), givenUp);
      history(data, timeline, givenUp);
      return;
    }
    FreshDirectory fresh = new FreshDirectory(control, data, FRESH, givenUp);
    fresh.clear();
    restore(
        fresh.path(),
        List.of("--type=standby", "--recovery-option=restore_command=" + program.restoreCommand()),
        givenUp);
    history(fresh.path(), timeline, givenUp);
    fresh.takePlace();
  }

  /**
   * Restores, has PostgreSQL recover to the target where nobody reaches it, and stops it.
   *
   * @param above what recovery ends on is a higher timeline
   * @param watch whether another order has come
   */
  void recovered(Recovery wanted, Timeline above, Hands.Watch watch) {
    if (wanted.delta() && isCluster(data)) {
      recover(data, wanted, above, watch);
      return;
    }
    FreshDirectory fresh = new FreshDirectory(control, data, FRESH, watch::givenUp);
    recovery.end(fresh.path());
    fresh.clear();
    recover(fresh.path(), wanted, above, watch);
    fresh.takePlace();
  }

  /**
   * PostgreSQL is told which timeline to follow, because what it finds as the latest would be one
   * of those whose numbers are taken here, so that it begins none of them.
   */
  private void recover(Path directory, Recovery wanted, Timeline above, Hands.Watch watch) {
    restore(directory, options(wanted, directory.equals(data)), watch::givenUp);
    Timeline along = along(directory, wanted.timeline().orElse(LATEST), watch::givenUp);
    new WalTimelines(directory).skip(along, new Timeline(above.number() + 1));
    recovery.run(directory, along, watch::unwanted);
    // It names this directory, and the server is no standby of the repository any more.
    new ManagedSettings(directory, Map.of()).dropRestoreCommand();
  }

  /** As PostgreSQL finds it: beginning with the backup's, the last that has a history. */
  private Timeline along(Path directory, String wanted, BooleanSupplier givenUp) {
    Timeline backups = PgControlFile.read(directory, null).control().timeline();
    if (wanted.equals(CURRENT)) {
      return backups;
    }
    if (!wanted.equals(LATEST)) {
      return new Timeline(Long.decode(wanted));
    }
    Timeline newest = backups;
    Timeline next = new Timeline(newest.number() + 1);
    while (historyIsArchived(directory, next, givenUp)) {
      newest = next;
      next = new Timeline(newest.number() + 1);
    }
    return newest;
  }

  private boolean historyIsArchived(Path directory, Timeline timeline, BooleanSupplier givenUp) {
    ExternalProgram.Result result = getHistory(directory, timeline, givenUp);
    if (result.exit() != MISSING) {
      result.orThrow("ask the repository for '" + timeline.historyFileName() + "'");
    }
    return result.succeeded();
  }

  private static List<String> options(Recovery wanted, boolean delta) {
    List<String> options = new ArrayList<>();
    options.add("--type=" + wanted.type());
    wanted.set().ifPresent(set -> options.add("--set=" + set));
    wanted.target().ifPresent(target -> options.add("--target=" + target));
    wanted.timeline().ifPresent(timeline -> options.add("--target-timeline=" + timeline));
    if (!wanted.type().equals("default")) {
      options.add("--target-action=promote");
    }
    if (delta) {
      options.add("--delta");
    }
    return options;
  }

  private void restore(Path into, List<String> options, BooleanSupplier givenUp) {
    List<String> all = new ArrayList<>(options);
    all.add("restore");
    control
        .runAlone(words(into, all), LONGEST, givenUp)
        .orThrow("restore '" + into + "' from the repository");
  }

  /** What the repository says of a segment of WAL. */
  enum Holding {
    YES,
    NO,
    /** It cannot be asked. */
    UNKNOWN
  }

  /** Whether a server here that restores from the repository finds a segment there. */
  Holding archived(WalSegment segment) {
    Path asked = scratch.resolve("asked." + segment);
    try {
      ExternalProgram.Result result =
          control.run(
              words(data, List.of("archive-get", segment.toString(), asked.toString())), ASKING);
      Files.deleteIfExists(asked);
      if (result.succeeded()) {
        return Holding.YES;
      }
      return result.exit() == MISSING ? Holding.NO : Holding.UNKNOWN;
    } catch (IOException | HoldfastException e) {
      return Holding.UNKNOWN;
    }
  }

  /** A standby is known for the primary's by the history of its timeline; the first has none. */
  private void history(Path into, Timeline timeline, BooleanSupplier givenUp) {
    if (timeline.number() == 1) {
      return;
    }
    getHistory(into, timeline, givenUp)
        .orThrow("get '" + timeline.historyFileName() + "' from the repository");
  }

  private ExternalProgram.Result getHistory(Path into, Timeline timeline, BooleanSupplier givenUp) {
    String name = timeline.historyFileName();
    return control.run(
        words(into, List.of("archive-get", name, into.resolve("pg_wal/" + name).toString())),
        ASKING,
        givenUp);
  }

  private List<String> words(List<String> more) {
    return Stream.concat(program.words().stream(), more.stream()).toList();
  }

  /** For the verbs that have to do with a data directory. */
  private List<String> words(Path directory, List<String> more) {
    List<String> words = new ArrayList<>(words(more));
    words.add("--pg1-path=" + directory);
    return words;
  }

  private static boolean isCluster(Path directory) {
    return Files.exists(directory.resolve("PG_VERSION"));
  }

  private static boolean isEmpty(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
