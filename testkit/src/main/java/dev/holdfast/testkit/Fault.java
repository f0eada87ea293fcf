package dev.holdfast.testkit;

/** What can go wrong in a {@link FaultyStorage}. */
public enum Fault {
  /** A call throws without having done anything. */
  FAILURE,
  /** A read gives fewer bytes than were asked for, as it may. */
  SHORT_READ,
  /** A stream ends before its file does, and says nothing: a truncated file, or a lying store. */
  TRUNCATED_READ,
  /** One bit of what is read is wrong. */
  FLIPPED_BIT,
  /** A write throws for want of space. */
  DISK_FULL,
  /** A commit reports success and stores nothing. */
  LOST_COMMIT,
  /** A commit stores everything and then throws, as when a connection breaks before the answer. */
  UNREPORTED_COMMIT,
  /** A call takes up to a millisecond. */
  DELAY
}
