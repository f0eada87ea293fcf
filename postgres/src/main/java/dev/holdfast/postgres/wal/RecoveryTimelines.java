package dev.holdfast.postgres.wal;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.TimelineHistory.Ancestor;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The timelines whose WAL a recovery of a data directory reads: the one that it aims for, and its
 * ancestors.
 *
 * <p>Crash recovery aims for the timeline that {@code pg_control} names; a standby for the newest
 * one that can be counted up to from there by history files without a gap, as {@code
 * recovery_target_timeline = latest}, the default, says.
 */
final class RecoveryTimelines {
  /** A timeline and its first position; the oldest one's is 0. */
  record Stretch(Timeline timeline, Lsn begin) {}

  private final TimelineHistory target;
  private final List<Stretch> newestFirst;

  RecoveryTimelines(TimelineHistory target) {
    this.target = target;
    List<Stretch> stretches = new ArrayList<>();
    Lsn begin = new Lsn(0);
    for (Ancestor ancestor : target.ancestors()) {
      stretches.addFirst(new Stretch(ancestor.timeline(), begin));
      begin = ancestor.switchPoint();
    }
    stretches.addFirst(new Stretch(target.timeline(), begin));
    this.newestFirst = List.copyOf(stretches);
  }

  /**
   * Chooses them.
   *
   * @param wal the directory {@code pg_wal}
   * @param controlled the timeline that {@code pg_control} names
   * @param latest whether to look for newer ones
   */
  static RecoveryTimelines choose(Path wal, Timeline controlled, boolean latest) {
    Timeline target = controlled;
    if (latest) {
      Timeline probe = next(controlled);
      while (Files.exists(wal.resolve(probe.historyFileName()))) {
        target = probe;
        probe = next(probe);
      }
    }
    return new RecoveryTimelines(history(wal, target));
  }

  private static Timeline next(Timeline timeline) {
    return new Timeline(timeline.number() + 1);
  }

  private static TimelineHistory history(Path wal, Timeline timeline) {
    if (timeline.number() == 1) {
      return new TimelineHistory(timeline, List.of());
    }
    Path file = wal.resolve(timeline.historyFileName());
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      TimelineHistory history = TimelineHistory.parse(timeline, text);
      history.expectWrittenByPostgres(text);
      return history;
    } catch (HoldfastException e) {
      throw new HoldfastException(
          e.code(), "'" + file + "': " + e.getMessage(), e, e.hints().toArray(String[]::new));
    } catch (NoSuchFileException e) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "'" + file + "' does not exist, which tells how timeline " + timeline + " came about",
          e,
          "The archive has it, if there is one.");
    } catch (MalformedInputException e) {
      throw new HoldfastException(ErrorCode.FORMAT, "'" + file + "' is damaged", e);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }

  List<Stretch> newestFirst() {
    return newestFirst;
  }

  boolean contains(long timeline) {
    for (int i = 0; i < newestFirst.size(); i++) {
      if (newestFirst.get(i).timeline().number() == timeline) {
        return true;
      }
    }
    return false;
  }

  /**
   * Expects that the byte before a position was written on a timeline: that the data directory's
   * past lies on the way to where it aims. PostgreSQL refuses to start otherwise.
   *
   * @param what the position's name, for the error
   */
  void expectOnTheWay(String what, Lsn end, Timeline timeline) {
    Timeline expected = owner(end, target.timeline());
    if (!expected.equals(timeline)) {
      throw new HoldfastException(
          ErrorCode.FILE_INVALID,
          "the %s is on timeline %s, but the history of timeline %s has timeline %s there"
              .formatted(what, timeline, target.timeline(), expected),
          "The cluster went on after that history left its timeline: PostgreSQL does not start on"
              + " it before it is rewound or replaced.");
    }
  }

  /**
   * The history of the WAL that ends at a position.
   *
   * @param file the timeline of the segment that holds the byte before it: a younger timeline may
   *     claim the position, but not have this WAL
   */
  TimelineHistory upTo(Lsn end, Timeline file) {
    Timeline owner = owner(end, file);
    return new TimelineHistory(
        owner, target.ancestors().stream().filter(a -> a.timeline().compareTo(owner) < 0).toList());
  }

  /**
   * The timeline of the byte before a position. A new timeline's first segment begins with a copy
   * of the old one's WAL, which makes the file's name alone no answer.
   */
  private Timeline owner(Lsn end, Timeline youngest) {
    for (Stretch stretch : newestFirst) {
      if (stretch.timeline().compareTo(youngest) <= 0 && stretch.begin().compareTo(end) < 0) {
        return stretch.timeline();
      }
    }
    return newestFirst.getLast().timeline();
  }
}
