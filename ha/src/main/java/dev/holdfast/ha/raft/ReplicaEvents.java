package dev.holdfast.ha.raft;

/** Who is told what happens to a member; called from Ratis's threads, which must not be held up. */
public interface ReplicaEvents {
  /** Who leads may have changed. */
  void leadershipChanged();

  /** This member can do nothing any more and is to be closed. */
  void failed(Throwable cause);
}
