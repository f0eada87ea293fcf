package dev.holdfast.storage.sftp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.client.SftpVersionSelector;

/**
 * One SSH session and the channels in it. A channel is a process of the server that does one thing
 * at a time, a sync for example, so that several are opened when several are busy.
 */
final class SftpSession implements AutoCloseable {
  /** Below the ten that OpenSSH allows in a session by default (MaxSessions). */
  private static final int MAX_CHANNELS = 6;

  /** The version of the protocol that everybody speaks, and OpenSSH's extensions belong to. */
  private static final int PROTOCOL_VERSION = 3;

  private final SshClient client;
  private final ClientSession session;
  private final SftpSettings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<SftpChannel> channels = new ArrayList<>();
  private int maxChannels = MAX_CHANNELS;

  SftpSession(SshClient client, ClientSession session, SftpSettings settings) {
    this.client = client;
    this.session = session;
    this.settings = settings;
  }

  boolean isOpen() {
    return session.isOpen() && !session.isClosing();
  }

  /** The channel with the fewest users, or a new one while there are few; release it afterwards. */
  SftpChannel acquire() throws IOException {
    lock.lock();
    try {
      channels.removeIf(channel -> !channel.isOpen());
      SftpChannel quietest = null;
      for (SftpChannel channel : channels) {
        if (quietest == null || channel.users().get() < quietest.users().get()) {
          quietest = channel;
        }
      }
      if (quietest == null || (quietest.users().get() > 0 && channels.size() < maxChannels)) {
        try {
          SftpClient sftp =
              SftpClientFactory.instance()
                  .createSftpClient(
                      session, SftpVersionSelector.fixedVersionSelector(PROTOCOL_VERSION));
          quietest = new SftpChannel(sftp, settings.timeout());
          channels.add(quietest);
        } catch (IOException e) {
          if (quietest == null || !isOpen()) {
            throw e;
          }
          maxChannels = channels.size(); // The server allows no more.
        }
      }
      quietest.users().incrementAndGet();
      return quietest;
    } finally {
      lock.unlock();
    }
  }

  void release(SftpChannel channel) {
    channel.users().decrementAndGet();
  }

  @Override
  public void close() {
    session.close(true);
    client.close(true);
  }
}
