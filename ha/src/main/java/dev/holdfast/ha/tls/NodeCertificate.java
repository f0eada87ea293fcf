package dev.holdfast.ha.tls;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate of a node, a monitor, an operator or a CA, believed or not.
 *
 * @param certificate as it was read or shown
 */
public record NodeCertificate(X509Certificate certificate) {
  private static final String CLUSTER = "holdfast:cluster:";
  private static final String MONITOR = "holdfast:monitor";

  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int ADDRESS = 7;
  private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=((?:[^,\\\\]|\\\\.)*)");
  private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");
  private static final int LONGEST_TEXT = 100;

  /**
   * Whose it is, for people: the subject's common name, else the first of the others; printable
   * characters only, because a stranger may have chosen it.
   */
  public String name() {
    Matcher matcher = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
    String name =
        matcher.find() ? matcher.group(1) : String.join(", ", names().stream().limit(1).toList());
    String clean = UNPRINTABLE.matcher(name).replaceAll("?");
    return clean.isEmpty() ? "no name" : clean.substring(0, Math.min(clean.length(), LONGEST_TEXT));
  }

  /** Host names and IP addresses that it is for. */
  public List<String> names() {
    List<String> names = new ArrayList<>(alternatives(DNS));
    names.addAll(alternatives(ADDRESS));
    return List.copyOf(names);
  }

  /** Clusters that it is bound to; empty when it speaks for all. */
  public SortedSet<String> clusters() {
    SortedSet<String> clusters = new TreeSet<>();
    for (String uri : alternatives(URI)) {
      if (uri.startsWith(CLUSTER)) {
        clusters.add(uri.substring(CLUSTER.length()));
      }
    }
    return clusters;
  }

  /** The URI that binds a certificate to a cluster, among the subject's alternative names. */
  public static String clusterUri(String cluster) {
    // A stanza's name has no character that a URI would need to have encoded.
    return CLUSTER + new StanzaName(cluster);
  }

  /** The URI that makes a certificate a monitor's, among the subject's alternative names. */
  public static String monitorUri() {
    return MONITOR;
  }

  /** Whether its holder may agree with other monitors on what is decided. */
  public boolean isMonitor() {
    return clusters().isEmpty() && alternatives(URI).contains(MONITOR);
  }

  /**
   * Makes sure that it is a monitor's.
   *
   * @param whose what to call it in the error: {@code the client's}
   * @throws HoldfastException access (105) when it is a node's or an operator's
   */
  public void checkMonitor(String whose) {
    if (!isMonitor()) {
      throw new HoldfastException(
          ErrorCode.ACCESS,
          whose
              + " certificate, of '"
              + name()
              + "', is "
              + (clusters().isEmpty() ? "" : "for cluster " + String.join(", ", clusters()) + ", ")
              + "not a monitor's",
          "Monitors that agree have certificates of their own: holdfast certificates"
              + " --for-monitor");
    }
  }

  /** Whether its holder may speak for a cluster. */
  public boolean speaksFor(String cluster) {
    SortedSet<String> clusters = clusters();
    return clusters.isEmpty() || clusters.contains(cluster);
  }

  /** The instant after which it is not valid any more. */
  public Instant end() {
    return certificate.getNotAfter().toInstant();
  }

  /** Whole days that it has left; negative once it has ended. */
  public long daysLeft(Instant now) {
    return Math.floorDiv(Duration.between(now, end()).toSeconds(), Duration.ofDays(1).toSeconds());
  }

  /**
   * Makes sure that it is valid now.
   *
   * @param whose what to call it in the error: {@code the monitor's}
   * @throws HoldfastException crypto (95) when it has ended, or has not begun
   */
  public void checkDates(String whose, Instant now) {
    if (now.isAfter(end())) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          whose + " certificate, of '" + name() + "', expired at " + seconds(end()),
          "Renew it: holdfast certificates --renew; it is " + seconds(now) + " by this clock.");
    }
    Instant begin = certificate.getNotBefore().toInstant();
    if (now.isBefore(begin)) {
      throw new HoldfastException(
          ErrorCode.CRYPTO,
          whose + " certificate, of '" + name() + "', is not valid before " + seconds(begin),
          "It is " + seconds(now) + " by this clock; does it go wrong?");
    }
  }

  private static Instant seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Without what is no text of the kind. */
  private List<String> alternatives(int kind) {
    List<String> found = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> each : all) {
          if (each.get(0).equals(kind) && each.get(1) instanceof String text) {
            found.add(text);
          }
        }
      }
    } catch (CertificateParsingException e) {
      throw new HoldfastException(
          ErrorCode.CRYPTO, "the names of a certificate cannot be understood", e);
    }
    return found;
  }

  /** Its holder's name alone. */
  @Override
  public String toString() {
    return name();
  }
}
