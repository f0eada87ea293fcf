package dev.holdfast.ha.monitor;

import java.util.Optional;

/** Answers what is asked of this monitor as one of several. */
interface MemberDesk {
  /** A monitor by itself has nothing to say there. */
  MemberDesk NONE = (exchange, caller, path) -> Optional.empty();

  /**
   * The answer, which may be none; or empty when there is nothing at such an address.
   *
   * @param caller who asks, which may be anybody with a certificate
   * @param path its parts, the second not {@code clusters}
   */
  Optional<Optional<?>> answer(Exchange exchange, Caller caller, String[] path);
}
