package dev.holdfast.storage.remote;

import dev.holdfast.domain.HoldfastException;
import java.io.InputStream;
import java.io.OutputStream;

/** The other end of a connection: a program that we started there, or the one that started us. */
interface Peer extends AutoCloseable {
  /** Its name, for messages. */
  String host();

  /** What is added to an error that it met; may be empty. */
  String where();

  InputStream input();

  OutputStream output();

  /** The error for a peer that ended or broke. */
  HoldfastException failure(String what);

  @Override
  void close();
}
