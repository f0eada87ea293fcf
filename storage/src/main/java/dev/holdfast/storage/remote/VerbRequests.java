package dev.holdfast.storage.remote;

/** Answers the requests of a verb on another host that are not about a storage. */
interface VerbRequests {
  /** Answers one; those that say something come in the order in which they were sent. */
  void perform(Kind kind, Frame request, Frame answer);
}
