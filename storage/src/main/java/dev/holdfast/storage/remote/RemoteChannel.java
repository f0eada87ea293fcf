package dev.holdfast.storage.remote;

import java.util.concurrent.CompletableFuture;

/** One of the storages, or the verb itself, that share a connection. */
record RemoteChannel(RemoteConnection connection, int number) {
  /** The verb itself, or the only storage. */
  static final int MAIN = 0;

  Frame request(Kind kind) {
    return connection.request(number, kind);
  }

  CompletableFuture<Frame> send(Frame request) {
    return connection.send(request);
  }

  Frame call(Frame request) {
    return connection.call(request);
  }

  Frame await(CompletableFuture<Frame> answer) {
    return connection.await(answer);
  }

  boolean isOpen() {
    return connection.isOpen();
  }

  void close() {
    connection.close();
  }
}
