package dev.holdfast.postgres.replication;

import dev.holdfast.postgres.session.WireSession;
import java.io.InputStream;

/**
 * The archive in the COPY stream of a {@code BASE_BACKUP}. Before version 15 every message is a
 * piece of it. From then on the first byte of a message is its kind: {@code n} for the beginning of
 * an archive, {@code d} for a piece, {@code p} for progress, {@code m} for a manifest.
 *
 * <p>What goes wrong with the connection is a {@link dev.holdfast.domain.HoldfastException}.
 */
final class CopyStream extends InputStream {
  private static final byte PIECE = 'd';

  private final WireSession session;
  private final boolean typed;
  private final byte[] one = new byte[1];
  private boolean ended;

  /** Of a session whose message says that COPY begins. */
  CopyStream(WireSession session, boolean typed) {
    this.session = session;
    this.typed = typed;
    toNextPiece();
  }

  @Override
  public int read() {
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int count = session.read(buffer, offset, length);
      if (count > 0) {
        return count;
      }
      toNextPiece();
    }
    return -1;
  }

  private void toNextPiece() {
    boolean found = false;
    while (!found && !ended) {
      byte message = session.next();
      if (message == WireSession.COPY_DONE) {
        ended = true;
      } else if (message == WireSession.COPY_DATA) {
        found = !typed || (session.read(one, 0, 1) == 1 && one[0] == PIECE);
      } else {
        throw WireSession.unexpected(message);
      }
    }
  }
}
