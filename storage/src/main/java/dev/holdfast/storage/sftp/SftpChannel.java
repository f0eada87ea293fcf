package dev.holdfast.storage.sftp;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.sftp.client.RawSftpClient;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/**
 * One SFTP subsystem of a session: a process of the server that answers requests in their order.
 * Requests of any number of threads can be under way at once.
 *
 * <p>Methods throw {@link SftpException} for what the server refuses, and any other IOException
 * when the connection is lost or does not answer in time, after which the session is of no use.
 */
final class SftpChannel {
  /** The header that the library writes in front of a request, into the room left for it. */
  private static final int HEADER_BYTES = 9;

  private static final int HANDLE_BYTES = 256;

  private final SftpClient client;
  private final RawSftpClient requests;
  private final Duration timeout;
  private final Set<String> extensions;

  /** Requests whose answers nobody waits for; they are taken when they have come. */
  private final Queue<Integer> unwanted = new ConcurrentLinkedQueue<>();

  private final AtomicInteger users = new AtomicInteger();

  SftpChannel(SftpClient client, Duration timeout) {
    this.client = client;
    this.requests = (RawSftpClient) client;
    this.timeout = timeout;
    this.extensions = Set.copyOf(client.getServerExtensions().keySet());
  }

  /** How many operations and open files use the channel at the moment. */
  AtomicInteger users() {
    return users;
  }

  boolean isOpen() {
    return client.isOpen();
  }

  /** Whether the server announced an extension, for example {@code fsync@openssh.com}. */
  boolean has(String extension) {
    return extensions.contains(extension);
  }

  /** An empty request with room for this many bytes. */
  static Buffer request(int bytes) {
    Buffer buffer = new ByteArrayBuffer(HEADER_BYTES + bytes);
    buffer.rpos(HEADER_BYTES);
    buffer.wpos(HEADER_BYTES);
    return buffer;
  }

  /** A request that names a handle and has room for more. */
  static Buffer request(byte[] handle, int bytes) {
    Buffer buffer = request(HANDLE_BYTES + bytes);
    buffer.putBytes(handle);
    return buffer;
  }

  /** Sends a request; the number is what its answer is asked for with. */
  int send(int command, Buffer request) throws IOException {
    return requests.send(command, request);
  }

  /** Sends a request of an extension whose arguments are strings. */
  int sendExtended(String extension, byte[]... arguments) throws IOException {
    Buffer request = request(HANDLE_BYTES);
    request.putString(extension);
    for (byte[] argument : arguments) {
      request.putBytes(argument);
    }
    return send(SftpConstants.SSH_FXP_EXTENDED, request);
  }

  /** Waits for the answer that says only whether a request succeeded. */
  void awaitStatus(int id) throws IOException {
    Answer answer = await(id);
    if (answer.type != SftpConstants.SSH_FXP_STATUS) {
      throw unexpected(answer.type);
    }
    throwUnlessOk(answer);
  }

  /** Waits for the answer to a request that opened something. */
  byte[] awaitHandle(int id) throws IOException {
    return require(await(id), SftpConstants.SSH_FXP_HANDLE).getBytes();
  }

  /** Waits for the answer to a read; SSH_FX_EOF is thrown like any other status. */
  Buffer awaitData(int id) throws IOException {
    return require(await(id), SftpConstants.SSH_FXP_DATA);
  }

  /**
   * Waits for the names of a directory's entries, or the one target of a link; an answer that says
   * that there are no more gives none.
   */
  List<SftpName> awaitNames(int id) throws IOException {
    Buffer answer;
    try {
      answer = require(await(id), SftpConstants.SSH_FXP_NAME);
    } catch (SftpException e) {
      if (e.getStatus() == SftpConstants.SSH_FX_EOF) {
        return List.of();
      }
      throw e;
    }
    int count = answer.getInt();
    List<SftpName> names = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      String name = answer.getString(StandardCharsets.UTF_8);
      answer.getString(StandardCharsets.UTF_8); // The same for people, with everything known of it.
      names.add(new SftpName(name, SftpAttributes.read(answer)));
    }
    return names;
  }

  /** Waits for an extension's own answer. */
  Buffer awaitExtended(int id) throws IOException {
    return require(await(id), SftpConstants.SSH_FXP_EXTENDED_REPLY);
  }

  /** Waits for attributes of version 3 of the protocol. */
  SftpAttributes awaitAttributes(int id) throws IOException {
    return SftpAttributes.read(require(await(id), SftpConstants.SSH_FXP_ATTRS));
  }

  /** Lets an answer come and go without anybody waiting for it. */
  void forget(int id) throws IOException {
    unwanted.add(id);
    int pending = unwanted.size();
    for (int count = 0; count < pending; count++) {
      Integer oldest = unwanted.poll();
      if (oldest == null) {
        return;
      }
      if (requests.receive(oldest, Duration.ZERO) == null) {
        unwanted.add(oldest);
      }
    }
  }

  private record Answer(int type, Buffer content) {}

  private Answer await(int id) throws IOException {
    Buffer buffer;
    try {
      buffer = requests.receive(id, timeout);
    } catch (InterruptedIOException e) {
      if (Thread.currentThread().isInterrupted() && !(e instanceof SocketTimeoutException)) {
        throw e;
      }
      throw noAnswer(e);
    }
    if (buffer == null) {
      throw noAnswer(null);
    }
    buffer.getInt(); // The length and the number, by which the library found the answer.
    int type = buffer.getUByte();
    buffer.getInt();
    return new Answer(type, buffer);
  }

  private IOException noAnswer(@Nullable IOException cause) {
    SocketTimeoutException failure =
        new SocketTimeoutException("no answer within " + timeout.toMillis() + " ms");
    if (cause != null) {
      failure.initCause(cause);
    }
    return failure;
  }

  private static Buffer require(Answer answer, int type) throws IOException {
    if (answer.type == SftpConstants.SSH_FXP_STATUS) {
      throwUnlessOk(answer);
    }
    if (answer.type != type) {
      throw unexpected(answer.type);
    }
    return answer.content;
  }

  private static void throwUnlessOk(Answer answer) throws SftpException {
    int status = answer.content.getInt();
    if (status != SftpConstants.SSH_FX_OK) {
      String message = answer.content.available() > 0 ? answer.content.getString() : "";
      throw new SftpException(
          status, message.isEmpty() ? SftpConstants.getStatusName(status) : message);
    }
  }

  private static IOException unexpected(int type) {
    return new IOException("the server answered with a message of the unexpected type " + type);
  }
}
