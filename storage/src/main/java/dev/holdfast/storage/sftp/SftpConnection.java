package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/** The session of a storage: opened when it is first needed, and again when it was lost. */
final class SftpConnection implements AutoCloseable {
  /** How often one operation is tried while connections break under it. */
  static final int MAX_ATTEMPTS = 3;

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long PAUSE_GROWTH = 5;

  /**
   * What is done on a channel; it may be called again after a lost connection, when nobody knows
   * whether the server still did it.
   */
  interface Work<T> {
    T run(SftpChannel channel) throws IOException;
  }

  /** The right to use a channel until it is given back. */
  record Lease(SftpSession session, SftpChannel channel) implements AutoCloseable {
    @Override
    public void close() {
      session.release(channel);
    }
  }

  private final SftpSettings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable SftpSession current;
  private boolean closed;

  SftpConnection(SftpSettings settings) {
    this.settings = settings;
  }

  SftpSettings settings() {
    return settings;
  }

  /**
   * Does something that may be done twice.
   *
   * @throws SftpException what the server refused
   * @throws HoldfastException when there is no connection, or no answer
   */
  <T> T run(Work<T> work) throws SftpException {
    for (int attempt = 1; ; attempt++) {
      try (Lease lease = lease()) {
        try {
          return work.run(lease.channel());
        } catch (SftpException e) {
          throw e;
        } catch (IOException e) {
          attempt = afterLoss(lease, e, attempt);
        }
      }
    }
  }

  /** The same for what goes on using its channel, and gives it back itself. */
  <T> T runHolding(HoldingWork<T> work) throws SftpException {
    for (int attempt = 1; ; attempt++) {
      Lease lease = lease();
      boolean kept = false;
      try {
        T result = work.run(lease);
        kept = true;
        return result;
      } catch (SftpException e) {
        throw e;
      } catch (IOException e) {
        attempt = afterLoss(lease, e, attempt);
      } finally {
        if (!kept) {
          lease.close();
        }
      }
    }
  }

  /** What opens something on a channel. */
  interface HoldingWork<T> {
    T run(Lease lease) throws IOException;
  }

  /** A server that does not answer is waited for twice, one that drops us is tried thrice. */
  private int afterLoss(Lease lease, IOException failure, int attempt) {
    discard(lease.session());
    int counted = failure instanceof SocketTimeoutException ? attempt + 1 : attempt;
    if (counted >= MAX_ATTEMPTS) {
      throw lost(failure);
    }
    requireNoInterrupt(failure);
    return counted;
  }

  private void requireNoInterrupt(IOException failure) {
    if (Thread.currentThread().isInterrupted()
        || (failure instanceof InterruptedIOException
            && !(failure instanceof SocketTimeoutException))) {
      throw new HoldfastException(
          ErrorCode.TERM,
          "interrupted while waiting for the SFTP server '" + settings.server() + "'",
          failure);
    }
  }

  /** The error for a connection that broke under something that must not be done twice. */
  HoldfastException lost(IOException failure) {
    requireNoInterrupt(failure);
    return new HoldfastException(
        ErrorCode.HOST_CONNECT,
        "lost the connection to the SFTP server '"
            + settings.server()
            + "': "
            + SshLogin.reason(failure),
        failure);
  }

  /** A channel of the current session or of a new one. */
  Lease lease() {
    for (int attempt = 1; ; attempt++) {
      SftpSession session = session();
      try {
        return new Lease(session, session.acquire());
      } catch (IOException e) {
        boolean stillOpen = session.isOpen();
        discard(session);
        if (stillOpen) {
          throw new HoldfastException(
              ErrorCode.SERVICE,
              "the SFTP server '"
                  + settings.server()
                  + "' does not start its SFTP subsystem: "
                  + SshLogin.reason(e),
              e);
        }
        if (attempt >= MAX_ATTEMPTS) {
          throw lost(e);
        }
        requireNoInterrupt(e);
      }
    }
  }

  private SftpSession session() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the storage '" + settings.server() + "' was closed");
      }
      SftpSession session = current;
      if (session == null || !session.isOpen()) {
        session = open();
        current = session;
      }
      return session;
    } finally {
      lock.unlock();
    }
  }

  private SftpSession open() {
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 1; ; attempt++) {
      try {
        return new SshLogin(settings).open();
      } catch (HoldfastException e) {
        if (e.code() != ErrorCode.HOST_CONNECT || attempt >= MAX_ATTEMPTS) {
          throw e;
        }
        try {
          TimeUnit.MILLISECONDS.sleep(pause);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw new HoldfastException(
              ErrorCode.TERM, "interrupted while connecting to '" + settings.server() + "'", e);
        }
        pause *= PAUSE_GROWTH;
      }
    }
  }

  /** Gives a session up; whoever still uses it fails, and connects anew. */
  void discard(SftpSession session) {
    lock.lock();
    try {
      if (current == session) {
        current = null;
      }
    } finally {
      lock.unlock();
    }
    session.close();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (current != null) {
        current.close();
        current = null;
      }
    } finally {
      lock.unlock();
    }
  }
}
