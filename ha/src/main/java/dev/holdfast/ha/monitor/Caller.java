package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
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
      NodeCertificate shown = certificate.orElseThrow();
      throw new Exchange.Status(
          Exchange.FORBIDDEN,
          ErrorCode.ACCESS,
          "the certificate of '"
              + shown.name()
              + "' is for cluster "
              + String.join(", ", shown.clusters())
              + ", not for cluster '"
              + cluster
              + "'",
          "See option stanza; holdfast certificates --stanza="
              + cluster
              + " makes one that is for this cluster.");
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
