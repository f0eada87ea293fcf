package dev.holdfast.storage.remote;

import java.util.ArrayList;
import java.util.List;

/**
 * What a database host found of its clusters.
 *
 * @param primary whether the primary answers there
 * @param standby whether a standby answers there
 * @param running whether a postmaster's file says that one runs, whether it answers or not
 * @param problems what to tell of clusters that do not answer
 */
public record ClusterRole(
    boolean primary, boolean standby, boolean running, List<String> problems) {
  /** Copies the list. */
  public ClusterRole {
    problems = List.copyOf(problems);
  }

  Frame put(Frame frame) {
    return putAll(frame.put(primary).put(standby).put(running), problems);
  }

  static ClusterRole take(Frame frame) {
    return new ClusterRole(
        frame.takeBoolean(), frame.takeBoolean(), frame.takeBoolean(), takeAll(frame));
  }

  static Frame putAll(Frame frame, List<String> texts) {
    frame.put(texts.size());
    texts.forEach(frame::put);
    return frame;
  }

  static List<String> takeAll(Frame frame) {
    List<String> texts = new ArrayList<>();
    for (int left = frame.takeInt(); left > 0; left--) {
      texts.add(frame.takeString());
    }
    return texts;
  }
}
