package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.sftp.SftpConnection.Lease;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;

/**
 * A temporary file that takes its name when it is complete and synced, written with many requests
 * under way.
 *
 * <p>A connection that is lost while the content is written is final: the server may have been
 * restarted, and then nobody knows which of the acknowledged bytes it lost. During the renaming it
 * is not: the temporary name is ours alone, and whether it is still there tells what happened.
 */
final class SftpOutput extends StorageOutput {
  private static final int REQUEST_BYTES = 64 * 1024;
  private static final int MAX_REQUESTS = 32;
  private static final int MAX_NAME_ATTEMPTS = 5;
  private static final int UNIQUE_LENGTH = 8;
  private static final int RADIX = 36;
  private static final String EXTENSION = ".hftmp";

  /** What {@link #commit} does with a name that is taken, and whether it syncs the directory. */
  enum Naming {
    REPLACE,
    EXCLUSIVE,
    REPLACE_AND_LEAVE_DIRECTORY
  }

  private final SftpServer server;
  private final String path;
  private final Naming naming;
  private final Lease lease;
  private final String temporary;
  private final byte[] handle;

  /** Writes without an answer so far, and the setting of the mode before them. */
  private final Deque<Integer> pending = new ArrayDeque<>();

  private Buffer request;
  private int buffered;
  private long position;

  /** A server gives a closed handle's name to the next file: it must never be closed twice. */
  private boolean handleIsOpen = true;

  private boolean settled;

  private record Opened(Lease lease, String temporary, byte[] handle, int setMode) {}

  private SftpOutput(SftpServer server, String path, Naming naming, Opened opened) {
    this.server = server;
    this.path = path;
    this.naming = naming;
    this.lease = opened.lease;
    this.temporary = opened.temporary;
    this.handle = opened.handle;
    this.pending.add(opened.setMode);
    this.request = newRequest();
  }

  static SftpOutput open(SftpServer server, String path, Naming naming) {
    try {
      Opened opened =
          server
              .connection()
              .runHolding(lease -> {
                try {
                  return create(server, lease, path);
                } catch (SftpException e) {
                  if (!SftpServer.isMissing(e)) {
                    throw e;
                  }
                  createParent(server, lease.channel(), path);
                  return create(server, lease, path);
                }
              });
      return new SftpOutput(server, path, naming, opened);
    } catch (SftpException e) {
      throw server.failure(ErrorCode.FILE_OPEN, "open for writing", path, e);
    }
  }

  private static void createParent(SftpServer server, SftpChannel channel, String path)
      throws IOException {
    String parent = SftpDirectories.parentOf(path);
    try {
      SftpDirectories.create(channel, parent, server.settings().pathMode());
    } catch (SftpException e) {
      throw server.failure(ErrorCode.PATH_CREATE, "create the directory", parent, e);
    }
  }

  private static Opened create(SftpServer server, Lease lease, String path) throws IOException {
    SftpChannel channel = lease.channel();
    int mode = server.settings().fileMode();
    int flags =
        SftpConstants.SSH_FXF_WRITE | SftpConstants.SSH_FXF_CREAT | SftpConstants.SSH_FXF_EXCL;
    for (int attempt = 1; ; attempt++) {
      String temporary = temporaryName(path);
      try {
        byte[] handle = channel.awaitHandle(SftpServer.sendOpen(channel, temporary, flags, mode));
        Buffer request = SftpChannel.request(handle, 2 * Integer.BYTES);
        SftpServer.putMode(request, mode);
        int setMode = channel.send(SftpConstants.SSH_FXP_FSETSTAT, request);
        return new Opened(lease, temporary, handle, setMode);
      } catch (SftpException e) {
        if (SftpServer.isMissing(e)
            || attempt == MAX_NAME_ATTEMPTS
            || SftpServer.attributes(channel, temporary).isEmpty()) {
          throw e;
        }
      }
    }
  }

  /** A name beside the path that is very likely free. */
  static String temporaryName(String path) {
    StringBuilder name = new StringBuilder(path).append('.');
    for (int index = 0; index < UNIQUE_LENGTH; index++) {
      name.append(Character.forDigit(ThreadLocalRandom.current().nextInt(RADIX), RADIX));
    }
    return name.append(EXTENSION).toString();
  }

  private Buffer newRequest() {
    buffered = 0;
    Buffer next = SftpChannel.request(handle, Long.BYTES + Integer.BYTES + REQUEST_BYTES);
    next.putLong(position);
    next.putInt(0); // The length, written over when it is known.
    return next;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (settled) {
      throw new IllegalStateException("'" + path + "' was already committed or closed");
    }
    int taken = 0;
    while (taken < length) {
      int part = Math.min(length - taken, REQUEST_BYTES - buffered);
      request.putRawBytes(bytes, offset + taken, part);
      buffered += part;
      taken += part;
      if (buffered == REQUEST_BYTES) {
        try {
          sendBuffered();
          request = newRequest();
          while (pending.size() >= MAX_REQUESTS) {
            lease.channel().awaitStatus(pending.remove());
          }
        } catch (IOException e) {
          throw failure(ErrorCode.FILE_WRITE, "write", temporary, e);
        }
      }
    }
  }

  private void sendBuffered() throws IOException {
    int end = request.wpos();
    request.wpos(end - buffered - Integer.BYTES);
    request.putInt(buffered);
    request.wpos(end);
    pending.add(lease.channel().send(SftpConstants.SSH_FXP_WRITE, request));
    position += buffered;
  }

  @Override
  public void commit() {
    if (settled) {
      throw new IllegalStateException("'" + path + "' was already committed or closed");
    }
    complete();
    if (naming == Naming.EXCLUSIVE) {
      takeNewName();
    } else {
      takeName();
    }
    settled = true;
    lease.close();
    if (naming != Naming.REPLACE_AND_LEAVE_DIRECTORY) {
      new SftpDirectories(server).sync(SftpDirectories.parentOf(path));
    }
  }

  /** Sends the rest, the sync and the close at once: the server does them in this order. */
  private void complete() {
    SftpChannel channel = lease.channel();
    try {
      if (buffered > 0) {
        sendBuffered();
      }
      boolean syncs = channel.has(SftpServer.FSYNC);
      int sync = syncs ? channel.sendExtended(SftpServer.FSYNC, handle) : -1;
      handleIsOpen = false;
      int close = SftpServer.sendClose(channel, handle);
      awaitWrites();
      if (syncs) {
        try {
          channel.awaitStatus(sync);
        } catch (IOException e) {
          throw failure(ErrorCode.FILE_SYNC, "sync", temporary, e);
        }
      }
      channel.awaitStatus(close);
    } catch (IOException e) {
      throw failure(ErrorCode.FILE_CLOSE, "close", temporary, e);
    }
  }

  private void awaitWrites() {
    try {
      while (!pending.isEmpty()) {
        lease.channel().awaitStatus(pending.remove());
      }
    } catch (IOException e) {
      throw failure(ErrorCode.FILE_WRITE, "write", temporary, e);
    }
  }

  private void takeName() {
    AtomicBoolean repeated = new AtomicBoolean();
    server.run(
        ErrorCode.FILE_MOVE,
        "rename '" + temporary + "' to",
        path,
        channel -> {
          boolean mayBeDone = repeated.getAndSet(true);
          try {
            SftpServer.replace(channel, temporary, path);
          } catch (SftpException e) {
            // An earlier request may have been carried out although its answer never came.
            if (!mayBeDone
                || !SftpServer.isMissing(e)
                || SftpServer.attributes(channel, path).isEmpty()) {
              throw e;
            }
          }
          return path;
        });
  }

  private void takeNewName() {
    SftpChannel channel = lease.channel();
    try {
      if (linkNewName(channel)) {
        channel.awaitStatus(SftpServer.sendRemove(channel, temporary));
        return;
      }
      if (SftpServer.attributes(channel, path).isPresent()) {
        throw exists();
      }
      try {
        SftpServer.rename(channel, temporary, path);
      } catch (SftpException e) {
        if (SftpServer.attributes(channel, path).isPresent()) {
          throw exists();
        }
        throw e;
      }
    } catch (IOException e) {
      throw failure(ErrorCode.FILE_MOVE, "rename '" + temporary + "' to", path, e);
    }
  }

  /** False when the name is taken, or when there are no hard links. */
  private boolean linkNewName(SftpChannel channel) throws IOException {
    if (!channel.has(SftpServer.HARD_LINK)) {
      return false;
    }
    try {
      SftpServer.hardLink(channel, temporary, path);
      return true;
    } catch (SftpException e) {
      return false;
    }
  }

  private HoldfastException exists() {
    return new HoldfastException(ErrorCode.FILE_EXISTS, "'" + path + "' already exists");
  }

  private HoldfastException failure(ErrorCode code, String action, String of, IOException cause) {
    if (cause instanceof SftpException refusal) {
      return server.failure(code, action, of, refusal);
    }
    server.connection().discard(lease.session());
    return server.connection().lost(cause);
  }

  /** A temporary file whose connection was lost stays: to connect for it could take long. */
  @Override
  public void close() {
    if (settled) {
      return;
    }
    settled = true;
    SftpChannel channel = lease.channel();
    try (lease) {
      while (!pending.isEmpty()) {
        channel.forget(pending.remove());
      }
      if (handleIsOpen) {
        channel.forget(SftpServer.sendClose(channel, handle));
      }
      channel.awaitStatus(SftpServer.sendRemove(channel, temporary));
    } catch (SftpException e) {
      if (!SftpServer.isMissing(e)) {
        throw server.failure(ErrorCode.FILE_REMOVE, "remove", temporary, e);
      }
    } catch (IOException e) {
      server.connection().discard(lease.session());
    }
  }
}
