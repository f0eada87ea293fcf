package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;

/** What a request asks for. The order is the protocol: new ones go to the end. */
enum Kind {
  /** Nothing → the storage's name, the names of its features, and what it is encrypted with. */
  WELCOME,
  /** Path → whether there is an entry, and it. */
  INFO,
  /** Path → entries. */
  LIST,
  /** Path, offset, length or -1 → handle, first bytes, whether they are all. */
  OPEN_READ,
  /** Handle, length → bytes; fewer than asked for are the last. */
  READ,
  /** Path, whether exclusive, batch or 0 → handle. */
  OPEN_WRITE,
  /** Handle, bytes. */
  WRITE,
  /** Handle. */
  COMMIT,
  /** Handle: of a file that was read or written, or of a batch. */
  CLOSE,
  /** Nothing → handle. */
  OPEN_BATCH,
  /** Handle of a batch. */
  SYNC_BATCH,
  /** Path. */
  CREATE_PATH,
  /** Path. */
  REMOVE,
  /** Path. */
  REMOVE_TREE,
  /** From, to. */
  MOVE,
  /** Path. */
  SYNC_PATH,
  /** Link, target. */
  CREATE_LINK,
  /** Existing, link. */
  CREATE_HARD_LINK,
  /** Of a verb: nothing → its arguments. */
  TASK,
  /** Of a verb: whether it reaches the primary, a standby, what runs, what is wrong → arguments. */
  ROLE,
  /** Of a verb: level, worker, message. */
  LOG,
  /** Of a verb: activity, bytes done, all bytes. */
  PROGRESS,
  /** Of a verb: all bytes, bytes done, for the locks that are held for it. */
  LOCK_PROGRESS,
  /** Of a verb: whether it failed, and the error. */
  RESULT;

  private static final Kind[] ALL = values();

  static Kind of(int number) {
    if (number < 0 || number >= ALL.length) {
      throw new HoldfastException(ErrorCode.PROTOCOL, "there is no request of kind " + number);
    }
    return ALL[number];
  }
}
