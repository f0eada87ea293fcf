package dev.holdfast.cli.cluster;

import dev.holdfast.cli.Verb;
import dev.holdfast.cli.VerbContext;
import dev.holdfast.config.Options;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.ha.certificates.CertificateDirectory;
import dev.holdfast.ha.certificates.CertificateMaking;
import dev.holdfast.ha.certificates.CertificateRequest;
import dev.holdfast.ha.tls.NodeCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** Makes certificates, and shows those that are there. */
final class CertificatesVerb implements Verb {
  private static final List<String> HEADINGS =
      List.of("Name", "Cluster", "For", "Valid until", "Days left", "Key");

  @Override
  public String name() {
    return "certificates";
  }

  @Override
  public int run(VerbContext context) {
    Options options = context.options();
    CertificateDirectory directory = new CertificateDirectory(options.path("certificates-path"));
    boolean renew = options.flag("renew");
    if (!options.parameters().isEmpty()) {
      make(context, directory, renew);
    } else if (directory.entry(CertificateRequest.AUTHORITY).isEmpty()) {
      throw new HoldfastException(
          ErrorCode.PATH_MISSING,
          "there are no certificates in '" + directory.path() + "' yet",
          "Name the hosts that need one: holdfast certificates monitor.example db1.example");
    } else if (renew) {
      renewAll(context, directory);
    }
    show(context, directory);
    return 0;
  }

  private static void make(VerbContext context, CertificateDirectory directory, boolean renew) {
    Options options = context.options();
    Optional<String> cluster = options.optional("stanza").map(name -> new StanzaName(name).text());
    List<String> words = options.parameters();
    // All are looked at before anything is made.
    List<CertificateRequest> requests =
        words.stream()
            .filter(word -> !word.equals(CertificateRequest.AUTHORITY))
            .map(word -> CertificateRequest.parse(word, cluster, options.flag("for-monitor")))
            .toList();
    boolean renewAuthority = renew && words.contains(CertificateRequest.AUTHORITY);
    try (CertificateMaking making = CertificateMaking.begin(directory, context.clock())) {
      if (making.authority(renewAuthority)) {
        say(context, directory, CertificateRequest.AUTHORITY);
      }
      for (CertificateRequest request : requests) {
        if (making.node(request, validity(options), renew)) {
          say(context, directory, request.file());
        }
      }
    }
  }

  private static void renewAll(VerbContext context, CertificateDirectory directory) {
    try (CertificateMaking making = CertificateMaking.begin(directory, context.clock())) {
      for (CertificateDirectory.Entry entry : directory.entries()) {
        if (!entry.isAuthority()) {
          making.renew(entry, validity(context.options()));
          say(context, directory, entry.name());
        }
      }
    }
  }

  private static Duration validity(Options options) {
    return Duration.ofDays(options.integer("certificates-days"));
  }

  private static void say(VerbContext context, CertificateDirectory directory, String name) {
    Path written = directory.certificate(name);
    context.out().println("made " + written);
  }

  private static void show(VerbContext context, CertificateDirectory directory) {
    Instant now = context.clock().instant();
    DateTimeFormatter time =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(context.clock().getZone());
    List<List<String>> rows =
        directory.entries().stream().map(entry -> row(entry, now, time)).toList();
    context.out().print(new TextTable(HEADINGS, rows));
  }

  private static List<String> row(
      CertificateDirectory.Entry entry, Instant now, DateTimeFormatter time) {
    NodeCertificate certificate = entry.certificate();
    long days = certificate.daysLeft(now);
    String cluster =
        certificate.isMonitor()
            ? "every, as a monitor"
            : certificate.clusters().isEmpty()
                ? "every"
                : String.join(", ", certificate.clusters());
    return List.of(
        entry.name(),
        entry.isAuthority() ? "" : cluster,
        entry.isAuthority() ? "signing" : String.join(", ", certificate.names()),
        time.format(certificate.end()),
        days < 0 ? "expired" : Long.toString(days),
        entry.key() ? "here" : "elsewhere");
  }
}
