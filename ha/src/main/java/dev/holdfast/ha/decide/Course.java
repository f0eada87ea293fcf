package dev.holdfast.ha.decide;

import java.util.Optional;

/** What the cluster as a whole is doing. */
public sealed interface Course {

  /** No node has registered yet. */
  record Forming() implements Course {}

  /**
   * The holder of the grant is the primary, for all that is known.
   *
   * @param since when that began, or when the monitor started
   */
  record Steady(long since) implements Course {}

  /**
   * A planned change: the primary is stopping, the standbys still receive its last WAL.
   *
   * @param token the operation's, under which it is asked for again without being done again
   * @param target who is to be the primary, when the operator said so
   * @param after what the old primary is to be afterwards
   * @param since when it began
   */
  record Handover(long token, Optional<NodeId> target, NodeState after, long since)
      implements Course {
    Handover restarted(long now) {
      return new Handover(token, target, after, now);
    }
  }

  /**
   * Nobody may lead until a proof is complete.
   *
   * @param cause why
   * @param target who is preferred, when the operator said so
   * @param after what the old primary is to be afterwards
   * @param dataLossAllowed whether the operator gave his word
   * @param floor the last LSN that the old primary reported, when it is known
   * @param source whom a node that is to be promoted fetches WAL from first
   * @param recovery what the node that is to lead is restored to; empty when it leads with what the
   *     nodes hold
   * @param since when it began
   */
  record Election(
      Cause cause,
      Optional<NodeId> target,
      NodeState after,
      boolean dataLossAllowed,
      Optional<Position> floor,
      Optional<NodeId> source,
      Optional<Recovery> recovery,
      long since)
      implements Course {
    Election knowing(Position further) {
      return new Election(
          cause, target, after, dataLossAllowed, Optional.of(further), source, recovery, since);
    }

    Election restarted(long now) {
      return new Election(cause, target, after, dataLossAllowed, floor, source, recovery, now);
    }

    /** By the operator's wish: a target, where he names one, and his word, once given. */
    Election wished(Request.Failover wish) {
      return new Election(
          cause,
          wish.target().or(this::target),
          after,
          dataLossAllowed || wish.dataLossAllowed(),
          floor,
          source,
          recovery,
          since);
    }

    Election fetchingFrom(Optional<NodeId> node) {
      return new Election(cause, target, after, dataLossAllowed, floor, node, recovery, since);
    }
  }

  /**
   * The holder of a new grant is being promoted.
   *
   * @param previous who led before
   * @param after what that one is to be afterwards
   * @param since when it began
   */
  record Promotion(NodeId previous, NodeState after, long since) implements Course {
    Promotion restarted(long now) {
      return new Promotion(previous, after, now);
    }
  }

  /** Why there is an election. */
  enum Cause {
    /** The primary's keeper is silent, and so is its WAL stream. */
    SILENCE("the primary is silent"),
    /** No server runs, and a standby that has everything does. */
    SERVER_GONE("PostgreSQL of the primary is gone"),
    /** PostgreSQL does not stay up, or does not come up. */
    CRASH_LOOP("PostgreSQL of the primary does not stay up"),
    /** The primary's data directory is not there any more. */
    DATA_LOST("the primary has lost its data directory"),
    /** PostgreSQL is there and answers nothing. */
    HUNG("PostgreSQL of the primary answers nothing"),
    /** The operator wants another primary, and the old one has stopped. */
    SWITCHOVER("a switchover was asked for"),
    /** The operator wants another primary, and the old one cannot be asked. */
    FAILOVER("a failover was asked for"),
    /** The operator wants to go on with what the repository has. */
    RECOVERY("a recovery from the repository was asked for"),
    /** The node that was chosen did not become the primary. */
    PROMOTION_FAILED("the promotion failed");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
