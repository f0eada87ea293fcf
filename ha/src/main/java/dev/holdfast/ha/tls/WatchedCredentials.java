package dev.holdfast.ha.tls;

import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that follow their files: when one of these has changed, they are read again, so that
 * nobody has to be restarted to renew a certificate. Files that cannot be used, perhaps because
 * they are being changed one after the other, change nothing. Safe for several threads.
 */
public final class WatchedCredentials {
  /** How often the files are looked at. */
  static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private static final int WARNING_DAYS = 30;

  private final TlsFiles files;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Consumer<String> log;
  private final Reminders reminders;
  private final Reminders refusals;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile Credentials current;
  private volatile @Nullable Among among;
  private volatile long looked;
  private List<Optional<Stamp>> read;

  /** What changes when a file is written or replaced. */
  private record Stamp(FileTime time, long size, Optional<Object> key) {}

  /** A context for monitors among each other, and of which credentials it is made. */
  private record Among(Credentials of, SSLContext context) {}

  /**
   * Reads the files.
   *
   * @param clock tells whether certificates are valid
   * @param nanos a clock that only goes forward
   * @param log gets a line when a certificate of either end ends soon, once a day at most; when
   *     changed files are taken up, and when they cannot be; and when somebody is turned away
   * @throws HoldfastException as {@link Credentials#read}
   */
  public WatchedCredentials(TlsFiles files, Clock clock, LongSupplier nanos, Consumer<String> log) {
    this.files = files;
    this.clock = clock;
    this.nanos = nanos;
    this.log = log;
    this.reminders = new Reminders(log, nanos, Duration.ofDays(1));
    this.refusals = new Reminders(log, nanos, Duration.ofHours(1));
    this.looked = nanos.getAsLong();
    // Before they are read: what changes meanwhile is another change then.
    this.read = stamps();
    this.current = Credentials.read(files);
    warn("this end's", current.own());
  }

  /** As the files are now, or were some seconds ago. */
  public Credentials current() {
    if (nanos.getAsLong() - looked >= BETWEEN_LOOKS.toNanos() && looking.tryLock()) {
      try {
        look();
        looked = nanos.getAsLong();
      } finally {
        looking.unlock();
      }
    }
    return current;
  }

  private void look() {
    List<Optional<Stamp>> now = stamps();
    if (!now.equals(read)) {
      read = now;
      try {
        current = Credentials.read(files);
        log.accept(
            "the changed certificates are in use: '"
                + files.certificate()
                + "', valid until "
                + current.own().end());
      } catch (HoldfastException e) {
        log.accept("the changed certificates are not used: " + e.describe());
      }
    }
    warn("this end's", current.own());
  }

  private List<Optional<Stamp>> stamps() {
    return Stream.of(files.authority(), files.certificate(), files.key())
        .map(WatchedCredentials::stamp)
        .toList();
  }

  private static Optional<Stamp> stamp(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(
          new Stamp(
              attributes.lastModifiedTime(),
              attributes.size(),
              Optional.ofNullable(attributes.fileKey())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The context of a monitor's socket, which follows the files. */
  public SSLContext server() {
    return new CurrentContext(() -> current().server());
  }

  /**
   * The context in which monitors agree with each other, at both ends; it follows the files.
   * Whoever is not a monitor does not get through the handshake, which is noted in the log.
   */
  public SSLContext amongMonitors() {
    return new CurrentContext(() -> {
      Credentials now = current();
      Among known = among;
      if (known == null || known.of() != now) {
        known = new Among(now, amongMonitors(now));
        among = known;
      }
      return known.context();
    });
  }

  /** The same with these credentials, which are those of the moment. */
  public SSLContext amongMonitors(Credentials credentials) {
    return credentials.amongMonitors(clock, this::seen, this::refused);
  }

  /** The context of a client with these credentials, which are those of the moment. */
  public SSLContext client(Credentials credentials) {
    return credentials.client(clock, this::seen);
  }

  /** The time by which certificates are valid. */
  public Instant now() {
    return clock.instant();
  }

  /** The certificate of the other end is believed; a warning if it ends soon. */
  public void seen(NodeCertificate peer) {
    warn("the other end's", peer);
  }

  /**
   * Somebody is turned away; a line of the log, once an hour at most.
   *
   * @param who whose certificate, or whose address
   * @param problem what was wrong
   */
  public void refused(String who, HoldfastException problem) {
    refusals.say(who, "refused: " + problem.getMessage());
  }

  private void warn(String whose, NodeCertificate certificate) {
    long days = certificate.daysLeft(clock.instant());
    if (days < WARNING_DAYS) {
      reminders.say(
          whose + certificate.certificate().getSerialNumber(),
          whose
              + " certificate, of '"
              + certificate.name()
              + "', "
              + (days < 0 ? "expired at " : "ends in " + days + " days, at ")
              + certificate.end().truncatedTo(ChronoUnit.SECONDS)
              + ": renew it with holdfast certificates --renew");
    }
  }
}
