package dev.holdfast.ha.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * What was really acknowledged. WAL is a tree of branches, each of which leaves its parent at an
 * LSN; a server holds a branch up to an LSN, and with it what its ancestors hold up to where they
 * were left. This knows nothing of timelines, which are only what servers believe.
 */
final class Truth {
  private record Branch(int parent, long leftAt) {}

  private final List<Branch> branches = new ArrayList<>();
  private final boolean synchronous;
  private final long lossBudget;

  /** The last acknowledged commit: every earlier one lies on the way to it. */
  private int ackedBranch;

  private long acked;
  private long acknowledgements;
  private long newestWriter;

  /** How far the newest writer holds its branch. */
  private long writersFlushed;

  private boolean lossAllowed;
  private long allowedAfter;
  private long writtenOffBefore;
  private long reported;
  private int promotions;
  private int recoveries;

  Truth(boolean synchronous, long lossBudget) {
    this.synchronous = synchronous;
    this.lossBudget = lossBudget;
    branches.add(new Branch(-1, 0));
  }

  /** A new branch that leaves another at this LSN. */
  int fork(int parent, long at) {
    branches.add(new Branch(parent, at));
    return branches.size() - 1;
  }

  /** How much of a branch a server holds that is on another one up to this LSN. */
  private long held(int branch, long upTo, int wanted) {
    long end = upTo;
    int at = branch;
    while (at != wanted) {
      Branch each = branches.get(at);
      if (each.parent() < 0) {
        return -1;
      }
      end = Math.min(end, each.leftAt());
      at = each.parent();
    }
    return end;
  }

  /** Whether somebody there holds everything of a server here. */
  boolean continues(int branch, long upTo, int here, long position) {
    return common(here, position, branch, upTo) >= position;
  }

  /** Where two histories part: the LSN up to which they are the same. */
  long common(int one, long oneEnd, int other, long otherEnd) {
    long end = oneEnd;
    int at = one;
    while (true) {
      long there = held(other, otherEnd, at);
      if (there >= 0) {
        return Math.min(end, there);
      }
      Branch each = branches.get(at);
      end = Math.min(end, each.leftAt());
      at = each.parent();
    }
  }

  /** The monitor has heard of the primary's WAL up to here. */
  void reported(int branch, long flushed) {
    if (branch == ackedBranch) {
      reported = Math.max(reported, flushed);
    }
  }

  /**
   * The operator has given his word, for whoever writes next.
   *
   * @param newestSession of those who write already
   */
  void allowLoss(long newestSession) {
    lossAllowed = true;
    allowedAfter = newestSession;
  }

  /** All is well again: what nobody has needed is not allowed any more. */
  void forgetWord() {
    lossAllowed = false;
  }

  /** A server was promoted. Whether rightly will be seen when it acknowledges something. */
  void promoted() {
    promotions++;
  }

  /**
   * A server acknowledges everything up to an LSN to its client.
   *
   * @param flushed how far it holds its branch
   */
  void acknowledged(int branch, long lsn, long flushed, long session, String who) {
    if (session < writtenOffBefore) {
      return;
    }
    acknowledgements++;
    if (branch == ackedBranch) {
      acked = Math.max(acked, lsn);
      writersFlushed = Math.max(writersFlushed, flushed);
    } else if (continues(branch, flushed, ackedBranch, acked)) {
      takeOver(branch, lsn, flushed, session);
    } else if (held(ackedBranch, writersFlushed, branch) >= lsn) {
      // An answer that was under way when its server was overtaken: the new one has what it speaks
      // of.
      acked = Math.max(acked, lsn);
    } else {
      lose(branch, flushed, session, who);
      useWord(session);
      takeOver(branch, lsn, flushed, session);
    }
  }

  /** A promotion that was under way when the word was given may lose nothing, and uses it not. */
  private void useWord(long session) {
    if (lossAllowed && session > allowedAfter) {
      writtenOffBefore = session;
      lossAllowed = false;
    }
  }

  private void takeOver(int branch, long lsn, long flushed, long session) {
    acked = Math.max(lsn, Math.min(acked, flushed));
    ackedBranch = branch;
    writersFlushed = flushed;
    reported = 0;
    newestWriter = Math.max(newestWriter, session);
  }

  private void lose(int branch, long flushed, long session, String who) {
    long missing = acked - Math.max(common(ackedBranch, acked, branch, flushed), 0);
    boolean newer = session > newestWriter;
    if (!newer || (synchronous && !lossAllowed)) {
      throw new Violation(
          who + " acknowledges, and lacks " + missing + " bytes that were acknowledged elsewhere");
    }
    if (!lossAllowed && missing > lossBudget + Math.max(0, acked - reported)) {
      throw new Violation(
          missing + " bytes are lost, and only " + (acked - reported) + " were not reported");
    }
  }

  /** A server is where the repository is. */
  void recovered() {
    recoveries++;
  }

  int recoveries() {
    return recoveries;
  }

  long acknowledgements() {
    return acknowledgements;
  }

  int promotions() {
    return promotions;
  }
}
