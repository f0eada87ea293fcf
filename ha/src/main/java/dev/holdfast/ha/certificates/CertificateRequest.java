package dev.holdfast.ha.certificates;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a certificate shall be for.
 *
 * @param names host names and IP addresses; the first one names its files
 * @param cluster the only one that it may speak for; empty for all
 * @param monitor whether it is a monitor's that agrees with others
 */
public record CertificateRequest(List<String> names, Optional<String> cluster, boolean monitor) {
  /** The files of the CA have this name, so nobody else's may. */
  public static final String AUTHORITY = "ca";

  private static final int LONGEST = 253;
  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  private static final Pattern HOST = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  /** No top-level domain is a number, so whatever ends in one was meant as an address. */
  private static final Pattern NUMBERS = Pattern.compile("(.*\\.)?[0-9]+");

  /** Checks the names. */
  public CertificateRequest {
    names = names.stream().map(CertificateRequest::canonical).toList();
    if (names.isEmpty()) {
      throw new HoldfastException(ErrorCode.PARAM_INVALID, "a certificate needs a name");
    }
    names.forEach(CertificateRequest::check);
    if (monitor && cluster.isPresent()) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "a certificate of a monitor speaks for every cluster, not for "
              + cluster.get()
              + " alone",
          "Leave out option stanza, or option for-monitor.");
    }
  }

  /**
   * Reads {@code NAME[,NAME...]}: one host under all the names by which it is called.
   *
   * @throws HoldfastException param-invalid (96) when one is neither a host's name nor an address,
   *     or a monitor's is to be for one cluster
   */
  public static CertificateRequest parse(String text, Optional<String> cluster, boolean monitor) {
    return new CertificateRequest(
        List.of(text.toLowerCase(Locale.ROOT).split(",", -1)), cluster, monitor);
  }

  /** As certificates tell it: {@code 0:0:0:0:0:0:0:1} for {@code ::1}. */
  private static String canonical(String name) {
    return isAddress(name) ? InetAddress.ofLiteral(name).getHostAddress() : name;
  }

  private static void check(String name) {
    if (name.equals(AUTHORITY)) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID, "'ca' is the CA's own name, and cannot be another's too");
    }
    boolean host =
        name.length() <= LONGEST
            && HOST.matcher(name).matches()
            && !NUMBERS.matcher(name).matches();
    if (!host && !isAddress(name)) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "'" + name + "' is neither a host's name nor an IP address",
          "A name has letters, digits, hyphens and dots; several of one host: NAME,NAME");
    }
  }

  /** Whether it is an IP address, as IPv4 with dots or as IPv6. */
  static boolean isAddress(String name) {
    boolean looksLikeOne = name.contains(":") || name.matches("[0-9]+(\\.[0-9]+){3}");
    if (!looksLikeOne || name.contains("%")) {
      return false;
    }
    try {
      InetAddress.ofLiteral(name);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** What its files are called. */
  public String file() {
    return names.getFirst();
  }
}
