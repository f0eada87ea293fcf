package dev.holdfast.postgres.session;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A session of PostgreSQL's replication protocol whose messages its owner reads himself: the driver
 * connects, authenticates and encrypts, and is not asked for anything after that. It cannot read
 * what {@code BASE_BACKUP} answers, results and COPY streams in turns.
 *
 * <p>The protocol is PostgreSQL's, version 3: a byte for the kind of a message, its length with
 * these four bytes, its content ("Frontend/Backend Protocol" in PostgreSQL's manual). Used by one
 * thread.
 */
public final class WireSession implements AutoCloseable {
  /** Columns of a result. */
  public static final byte ROW_DESCRIPTION = 'T';

  /** A row of a result. */
  public static final byte DATA_ROW = 'D';

  /** A command, or one of its results, is complete. */
  public static final byte COMMAND_COMPLETE = 'C';

  /** A stream of data from the server begins. */
  public static final byte COPY_OUT = 'H';

  /** A piece of that stream. */
  public static final byte COPY_DATA = 'd';

  /** The stream's end. */
  public static final byte COPY_DONE = 'c';

  /** The server waits for the next command. */
  public static final byte READY = 'Z';

  private static final byte QUERY = 'Q';
  private static final byte ERROR = 'E';
  private static final byte NOTICE = 'N';
  private static final byte PARAMETER = 'S';

  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int LENGTH_BYTES = 4;

  /** No message that is read as a whole is nearly so long. */
  private static final int MOST_BYTES = 1 << 20;

  /** A peer whose host died is noticed within half a minute, as by the other copies. */
  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 10,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 5,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private final Connection connection;
  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private int remaining;

  private WireSession(Connection connection, Socket socket) throws IOException {
    this.connection = connection;
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
    this.out = socket.getOutputStream();
    for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
      // Neither Unix sockets nor encrypted ones over other sockets have to have it.
      if (socket.supportedOptions().contains(option.getKey())) {
        socket.setOption(option.getKey(), option.getValue());
      }
    }
  }

  /**
   * Connects for replication.
   *
   * @param application the session's {@code application_name}, by which no standby may confirm
   * @throws HoldfastException db-connect (56)
   */
  public static WireSession open(
      SessionTarget target, String application, Duration timeout, Map<String, String> environment) {
    AtomicReference<@Nullable Socket> held = new AtomicReference<>();
    Connection connection =
        ScopedValue.where(WireCapture.HELD, held)
            .call(() -> Connector.connectForReplication(target, application, timeout, environment));
    try {
      Socket socket = held.get();
      if (socket == null) {
        throw new IOException("the driver connected without a socket of ours");
      }
      return new WireSession(connection, socket);
    } catch (IOException e) {
      HoldfastException problem =
          new HoldfastException(
              ErrorCode.DB_CONNECT, "unable to use the session: " + e.getMessage(), e);
      Connector.abandon(connection, problem);
      throw problem;
    }
  }

  /** The server's major version. */
  public int serverMajor() {
    try {
      return connection.getMetaData().getDatabaseMajorVersion();
    } catch (SQLException e) {
      throw new HoldfastException(ErrorCode.DB_CONNECT, "the server tells no version", e);
    }
  }

  /** The process that serves this session. */
  public int serverProcess() {
    try {
      return connection.unwrap(PGConnection.class).getBackendPID();
    } catch (SQLException e) {
      throw new HoldfastException(ErrorCode.DB_CONNECT, "the server tells no process", e);
    }
  }

  /**
   * Runs a command that answers with one result.
   *
   * @return its rows as text
   * @throws HoldfastException db-query (57) with what the server says
   */
  public List<List<@Nullable String>> query(String command) {
    send(command);
    List<List<@Nullable String>> rows = rows();
    finish();
    return rows;
  }

  /** Sends a command; its answers have to be read, up to {@link #finish}. */
  public void send(String command) {
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[1 + LENGTH_BYTES + text.length + 1];
    message[0] = QUERY;
    int length = message.length - 1;
    for (int i = 0; i < LENGTH_BYTES; i++) {
      message[1 + i] = (byte) (length >>> (8 * (LENGTH_BYTES - 1 - i)));
    }
    System.arraycopy(text, 0, message, 1 + LENGTH_BYTES, text.length);
    try {
      out.write(message);
      out.flush();
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Reads one result: its rows as text. */
  public List<List<@Nullable String>> rows() {
    expect(ROW_DESCRIPTION);
    List<List<@Nullable String>> rows = new ArrayList<>();
    byte kind = next();
    while (kind == DATA_ROW) {
      rows.add(row(content()));
      kind = next();
    }
    if (kind != COMMAND_COMPLETE) {
      throw unexpected(kind);
    }
    return rows;
  }

  private static List<@Nullable String> row(byte[] content) {
    List<@Nullable String> row = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(content);
    int columns = bytes.getShort();
    for (int i = 0; i < columns; i++) {
      int length = bytes.getInt();
      if (length < 0) {
        row.add(null);
      } else {
        row.add(new String(content, bytes.position(), length, StandardCharsets.UTF_8));
        bytes.position(bytes.position() + length);
      }
    }
    return row;
  }

  /** Reads on until the server waits for the next command: only then has this one succeeded. */
  public void finish() {
    byte kind = next();
    while (kind != READY) {
      kind = next();
    }
  }

  /**
   * Goes to the next message, passing over what is left of this one and over notices.
   *
   * @return its kind
   * @throws HoldfastException db-query (57) with what the server says when it is an error,
   *     db-connect (56) when the connection is lost
   */
  public byte next() {
    try {
      while (true) {
        in.skipNBytes(remaining);
        byte kind = in.readByte();
        remaining = in.readInt() - LENGTH_BYTES;
        if (remaining < 0) {
          throw new IOException("a message of " + remaining + " bytes");
        }
        if (kind == ERROR) {
          throw refused(content());
        }
        if (kind != NOTICE && kind != PARAMETER) {
          return kind;
        }
      }
    } catch (IOException e) {
      throw lost(e);
    }
  }

  /** Goes to the next message, which has to be of this kind. */
  public void expect(byte kind) {
    byte found = next();
    if (found != kind) {
      throw unexpected(found);
    }
  }

  /** How many bytes of this message have not been read yet. */
  public int remaining() {
    return remaining;
  }

  /**
   * Reads from this message.
   *
   * @return how many bytes, at most what is left; -1 when nothing is
   */
  public int read(byte[] buffer, int offset, int length) {
    if (remaining == 0) {
      return -1;
    }
    try {
      int count = in.read(buffer, offset, Math.min(length, remaining));
      if (count < 0) {
        throw new EOFException("the server has closed the connection");
      }
      remaining -= count;
      return count;
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private byte[] content() {
    if (remaining > MOST_BYTES) {
      throw lost(new IOException("a message of " + remaining + " bytes"));
    }
    byte[] content = new byte[remaining];
    try {
      in.readFully(content);
    } catch (IOException e) {
      throw lost(e);
    }
    remaining = 0;
    return content;
  }

  /** Fields of a letter and a text that ends in zero; ours are severity, message and hint. */
  private static HoldfastException refused(byte[] content) {
    Map<Character, String> fields = new HashMap<>();
    for (String field : new String(content, StandardCharsets.UTF_8).split("\0")) {
      if (!field.isEmpty()) {
        fields.put(field.charAt(0), field.substring(1));
      }
    }
    String message = "the server says: " + fields.getOrDefault('M', "nothing");
    String detail = fields.get('D');
    String hint = fields.get('H');
    String text = detail == null ? message : message + " (" + detail + ")";
    return hint == null
        ? new HoldfastException(ErrorCode.DB_QUERY, text)
        : new HoldfastException(ErrorCode.DB_QUERY, text, hint);
  }

  /** For an answer that does not belong there. */
  public static HoldfastException unexpected(byte kind) {
    return new HoldfastException(
        ErrorCode.DB_QUERY, "the server sent the message '" + (char) kind + "' out of turn");
  }

  private static HoldfastException lost(IOException e) {
    return new HoldfastException(
        ErrorCode.DB_CONNECT, "the connection to the server is lost: " + e, e);
  }

  /**
   * Closes the connection, so that whoever reads from it gets an error. From any thread, several
   * times.
   */
  public void cut() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more in any case.
    }
  }

  @Override
  public void close() {
    Connector.close(connection);
  }
}
