package dev.holdfast.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority, and a server's certificate that it signed; made by the JDK's keytool. */
final class TestCertificates {
  private static final String PASSWORD = "changeit";

  private final Path keys;
  private final Path authority;

  private TestCertificates(Path keys, Path authority) {
    this.keys = keys;
    this.authority = authority;
  }

  /** Makes them in a directory, unless they are there. */
  static TestCertificates in(Path directory) throws IOException {
    Path keys = directory.resolve("keys.p12");
    Path authority = directory.resolve("authority.pem");
    if (!Files.exists(authority)) {
      keytool(
          keys,
          "-genkeypair",
          "-alias",
          "authority",
          "-dname",
          "CN=Holdfast tests",
          "-ext",
          "bc:c");
      keytool(
          keys,
          "-genkeypair",
          "-alias",
          "server",
          "-signer",
          "authority",
          "-dname",
          "CN=localhost",
          "-ext",
          "san=ip:127.0.0.1,dns:localhost,dns:s3.test,dns:*.s3.test");
      keytool(keys, "-exportcert", "-rfc", "-alias", "authority", "-file", authority.toString());
    }
    return new TestCertificates(keys, authority);
  }

  private static void keytool(Path keys, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-keystore",
                keys.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(List.of(arguments));
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  Path authority() {
    return authority;
  }

  SSLContext serverContext() throws IOException, GeneralSecurityException {
    KeyStore all = KeyStore.getInstance("PKCS12");
    try (InputStream input = Files.newInputStream(keys)) {
      all.load(input, PASSWORD.toCharArray());
    }
    all.deleteEntry("authority");
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(all, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }
}
