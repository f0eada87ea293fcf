package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.tls.NodeCertificate;
import java.util.List;
import java.util.Optional;

/**
 * Who asks.
 *
 * @param certificate what was shown and is believed; empty for whoever reaches a socket of this
 *     host
 */
record Caller(Optional<NodeCertificate> certificate) {
  /**
   * Makes sure that it may ask about a cluster.
   *
   * @throws Exchange.Status access (105) when its certificate is bound to others
   */
  void mustSpeakFor(String cluster) {
    if (!speaksFor(cluster)) {
      throw boundElsewhere(
          "cluster '" + cluster + "'",
          "See option stanza; holdfast certificates --stanza="
              + cluster
              + " makes one that is for this cluster.");
    }
  }

  /**
   * Makes sure that it may ask about the monitors themselves: a monitor or an operator.
   *
   * @throws Exchange.Status access (105) when its certificate is bound to clusters
   */
  void mustSpeakForAll() {
    if (certificate.isPresent() && !certificate.get().clusters().isEmpty()) {
      throw boundElsewhere(
          "the monitors",
          "Operators have a certificate that is bound to no cluster: holdfast certificates"
              + " without option stanza.");
    }
  }

  private Exchange.Status boundElsewhere(String wanted, String hint) {
    NodeCertificate shown = certificate.orElseThrow();
    return new Exchange.Status(
        Exchange.FORBIDDEN,
        ErrorCode.ACCESS,
        "the certificate of '"
            + shown.name()
            + "' is for cluster "
            + String.join(", ", shown.clusters())
            + ", not for "
            + wanted,
        hint);
  }

  /**
   * Makes sure that it is another monitor.
   *
   * @throws Exchange.Status access (105) when its certificate is not a monitor's
   */
  void mustBeMonitor() {
    try {
      certificate.ifPresent(shown -> shown.checkMonitor("the client's"));
    } catch (HoldfastException e) {
      throw new Exchange.Status(
          Exchange.FORBIDDEN, e.code(), e.getMessage(), e.hints().toArray(String[]::new));
    }
  }

  /** Those that it may ask about. */
  List<String> among(List<String> clusters) {
    return clusters.stream().filter(this::speaksFor).toList();
  }

  private boolean speaksFor(String cluster) {
    return certificate.isEmpty() || certificate.get().speaksFor(cluster);
  }
}
