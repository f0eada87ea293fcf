package dev.holdfast.engine;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a verb said, so that a test can ask for it. */
public final class RecordingReporter implements Reporter {
  private final List<String> lines = new ArrayList<>();
  private final List<Progress> progress = new ArrayList<>();

  @Override
  public synchronized void log(Level level, int worker, String message) {
    lines.add(level + ": " + message);
  }

  @Override
  public synchronized void progress(Progress step) {
    progress.add(step);
  }

  /** Every line so far, as {@code WARN: message}. */
  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** The messages of one level so far. */
  public synchronized List<String> messages(Level level) {
    String prefix = level + ": ";
    return lines.stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .toList();
  }

  /** Every step of progress so far. */
  public synchronized List<Progress> progress() {
    return List.copyOf(progress);
  }
}
