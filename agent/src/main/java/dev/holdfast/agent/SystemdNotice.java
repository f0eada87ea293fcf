package dev.holdfast.agent;

import dev.holdfast.storage.posix.UnixDatagram;
import java.util.Optional;

/**
 * Tells the service manager how the agent fares, by systemd's protocol: a datagram to the Unix
 * socket that {@code NOTIFY_SOCKET} names (sd_notify(3)). A manager that does not listen is none of
 * the agent's business.
 */
public final class SystemdNotice {
  private static final String READY = "READY=1\nSTATUS=pushing and fetching WAL\n";
  private static final String STOPPING = "STOPPING=1\n";

  private final Optional<String> socket;

  /**
   * The manager that started this process.
   *
   * @param socket the variable NOTIFY_SOCKET: an absolute path, or a name after {@code @} that has
   *     no file; empty if nobody wants to know
   */
  public SystemdNotice(Optional<String> socket) {
    this.socket = socket.filter(name -> name.startsWith("/") || name.startsWith("@"));
  }

  /** Requests are answered from now on. */
  public void ready() {
    socket.ifPresent(name -> UnixDatagram.send(name, READY));
  }

  /** The agent is about to end. */
  public void stopping() {
    socket.ifPresent(name -> UnixDatagram.send(name, STOPPING));
  }
}
