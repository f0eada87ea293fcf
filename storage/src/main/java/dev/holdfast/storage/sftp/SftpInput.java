package dev.holdfast.storage.sftp;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageInput;
import dev.holdfast.storage.sftp.SftpConnection.Lease;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of a file with many requests under way, and never ends before the range does
 * without saying so.
 *
 * <p>The number of requests doubles with each answer, so that a small read asks for little more
 * than it needs. When the connection is lost, the file is opened again and read on from where the
 * stream stands, if it is still the same file.
 */
final class SftpInput extends StorageInput {
  private static final int REQUEST_BYTES = 64 * 1024;
  private static final int MAX_REQUESTS = 32;
  private static final int FIRST_REQUESTS = 2;

  private record Pending(int id, long offset, int length) {}

  private final SftpServer server;
  private final String path;
  private final SftpAttributes attributes;
  private final long end;
  private final Deque<Pending> pending = new ArrayDeque<>();

  private Lease lease;
  private byte[] handle;
  private long position;
  private long nextRequest;
  private int requestBytes = REQUEST_BYTES;
  private int maxPending = FIRST_REQUESTS;
  private int attempts = 1;
  private @Nullable Buffer current;
  private boolean closed;

  private record Opened(Lease lease, byte[] handle, SftpAttributes attributes) {}

  private SftpInput(SftpServer server, String path, Opened opened, long offset, long end) {
    this.server = server;
    this.path = path;
    this.lease = opened.lease;
    this.handle = opened.handle;
    this.attributes = opened.attributes;
    this.position = offset;
    this.nextRequest = offset;
    this.end = end;
  }

  /**
   * Opens a file.
   *
   * @param length how many bytes to read from the offset, or negative for all there are
   */
  static SftpInput open(SftpServer server, String path, long offset, long length) {
    Opened opened;
    try {
      opened = open(server, path);
    } catch (SftpException e) {
      throw server.failure(
          SftpServer.isMissing(e) ? ErrorCode.FILE_MISSING : ErrorCode.FILE_OPEN, "open", path, e);
    }
    long end = length < 0 ? opened.attributes.size() : Math.addExact(offset, length);
    SftpInput input = new SftpInput(server, path, opened, offset, end);
    if (opened.attributes.type() != StorageEntry.Type.FILE) {
      input.close();
      throw new HoldfastException(
          ErrorCode.FILE_OPEN, "unable to read '" + path + "': it is not a regular file");
    }
    return input;
  }

  private static Opened open(SftpServer server, String path) throws SftpException {
    return server
        .connection()
        .runHolding(lease -> {
          SftpChannel channel = lease.channel();
          byte[] handle =
              channel.awaitHandle(
                  SftpServer.sendOpen(channel, path, SftpConstants.SSH_FXF_READ, 0));
          int stat = channel.send(SftpConstants.SSH_FXP_FSTAT, SftpChannel.request(handle, 0));
          return new Opened(lease, handle, channel.awaitAttributes(stat));
        });
  }

  @Override
  protected int readSome(byte[] bytes, int offset, int length) {
    if (position >= end) {
      return -1;
    }
    Buffer buffer = current;
    if (buffer == null || buffer.available() == 0) {
      buffer = next();
    }
    int count = Math.min(length, buffer.available());
    buffer.getRawBytes(bytes, offset, count);
    position += count;
    return count;
  }

  /** The bytes at the position: at least one. */
  private Buffer next() {
    while (true) {
      try {
        fill();
        Buffer buffer = awaitFirst();
        current = buffer;
        attempts = 1;
        maxPending = Math.min(2 * maxPending, MAX_REQUESTS);
        fill();
        return buffer;
      } catch (SftpException e) {
        if (e.getStatus() == SftpConstants.SSH_FX_EOF) {
          throw truncated();
        }
        throw server.failure(ErrorCode.FILE_READ, "read", path, e);
      } catch (IOException e) {
        reopen(e);
      }
    }
  }

  private void fill() throws IOException {
    while (pending.size() < maxPending && nextRequest < end) {
      int length = (int) Math.min(requestBytes, end - nextRequest);
      pending.addLast(send(nextRequest, length));
      nextRequest += length;
    }
  }

  private Pending send(long offset, int length) throws IOException {
    Buffer request = SftpChannel.request(handle, Long.BYTES + Integer.BYTES);
    request.putLong(offset);
    request.putInt(length);
    return new Pending(lease.channel().send(SftpConstants.SSH_FXP_READ, request), offset, length);
  }

  private Buffer awaitFirst() throws IOException {
    Pending first = pending.removeFirst();
    Buffer data = lease.channel().awaitData(first.id);
    int length = data.getInt();
    if (length <= 0 || length > first.length || length > data.available()) {
      throw new IOException(
          "the server answered a read of " + first.length + " bytes with " + length);
    }
    data.wpos(data.rpos() + length);
    if (length < first.length) {
      // The server reads less at once than was asked for: ask for the rest, and for less from now.
      pending.addFirst(send(first.offset + length, first.length - length));
      requestBytes = length;
    }
    return data;
  }

  private HoldfastException truncated() {
    return new HoldfastException(
        ErrorCode.FILE_READ,
        "'"
            + path
            + "' ends before byte "
            + end
            + ", which was expected to be its end or inside it",
        "The file may be truncated, or is being written by something else.");
  }

  private void reopen(IOException failure) {
    server.connection().discard(lease.session());
    lease.close();
    closed = true;
    if (attempts++ >= SftpConnection.MAX_ATTEMPTS) {
      throw server.connection().lost(failure);
    }
    pending.clear();
    current = null;
    Opened opened;
    try {
      opened = open(server, path);
    } catch (SftpException e) {
      throw server.failure(ErrorCode.FILE_READ, "open after a lost connection", path, e);
    }
    lease = opened.lease;
    handle = opened.handle;
    closed = false;
    nextRequest = position;
    if (!opened.attributes.equals(attributes)) {
      throw new HoldfastException(
          ErrorCode.FILE_READ,
          "'" + path + "' changed while the connection to the SFTP server was lost",
          failure);
    }
  }

  @Override
  public long skip(long count) {
    long skipped = Math.max(0, Math.min(count, end - position));
    Buffer buffer = current;
    if (buffer != null && skipped <= buffer.available()) {
      buffer.rpos(buffer.rpos() + (int) skipped);
      position += skipped;
      return skipped;
    }
    try {
      abandonPending();
    } catch (IOException e) {
      pending.clear(); // The next read finds the connection lost, and opens the file again.
    }
    current = null;
    position += skipped;
    nextRequest = position;
    return skipped;
  }

  private void abandonPending() throws IOException {
    while (!pending.isEmpty()) {
      lease.channel().forget(pending.removeFirst().id);
    }
  }

  @Override
  public int available() {
    Buffer buffer = current;
    return buffer == null ? 0 : buffer.available();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (Lease used = lease) {
      abandonPending();
      used.channel().forget(SftpServer.sendClose(used.channel(), handle));
    } catch (IOException e) {
      // What was read is complete; a connection that is lost by now is found by its next user.
      pending.clear();
    }
  }
}
