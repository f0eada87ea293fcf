package dev.holdfast.ha.wire;

import java.util.regex.Pattern;

/** Names under which a host reaches nobody but itself. */
public final class LoopbackName {
  private static final Pattern NAME =
      Pattern.compile("localhost|\\[::1]|127(\\.\\d{1,3}){3}", Pattern.CASE_INSENSITIVE);

  private LoopbackName() {}

  /**
   * Whether it is one, whatever a name server would say.
   *
   * @param host as in a URL, an IPv6 address in brackets
   */
  public static boolean matches(String host) {
    return NAME.matcher(host).matches();
  }
}
