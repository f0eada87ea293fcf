package dev.holdfast.storage.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The services that give temporary credentials: a machine's metadata, a token service for web
 * identities, a platform's agent for containers. They give the {@link TestS3Server}'s key with a
 * session token {@code session-1}, {@code session-2} and so on, to those who prove what they must.
 */
public final class TestCredentialServices implements AutoCloseable {
  /** The machine's role. */
  public static final String ROLE = "machine-role";

  /** The role of the web identity. */
  public static final String WEB_ROLE = "arn:aws:iam::123456789012:role/backups";

  private static final String METADATA_TOKEN = "metadata-token";
  private static final String ROLES = "/latest/meta-data/iam/security-credentials/";

  private final HttpServer server;
  private final Path tokenFile;
  private final Duration life;
  private final AtomicInteger given = new AtomicInteger();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile boolean down;

  private TestCredentialServices(HttpServer server, Path tokenFile, Duration life) {
    this.server = server;
    this.tokenFile = tokenFile;
    this.life = life;
  }

  /**
   * Starts them.
   *
   * @param directory where the platform puts its token file
   * @param life of what they give
   */
  public static TestCredentialServices start(Path directory, Duration life) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      Path tokenFile = Files.writeString(directory.resolve("token"), "platform-token");
      TestCredentialServices services = new TestCredentialServices(server, tokenFile, life);
      server.createContext("/", services::serve);
      server.start();
      return services;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Their address. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The token that proves the identity of a web identity or a container. */
  public Path tokenFile() {
    return tokenFile;
  }

  /** What came, a line each: method and path. */
  public List<String> requests() {
    return requests;
  }

  /** How many times credentials were given. */
  public int given() {
    return given.get();
  }

  /** Makes them fail from now on. */
  public void breakDown() {
    down = true;
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String answer = down ? null : answer(exchange, path, body);
    byte[] bytes = (answer == null ? "no" : answer).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(down ? 500 : answer == null ? 404 : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String answer(HttpExchange exchange, String path, String body) throws IOException {
    String method = exchange.getRequestMethod();
    if (method.equals("PUT") && path.equals("/latest/api/token")) {
      return header(exchange, "X-aws-ec2-metadata-token-ttl-seconds").isEmpty()
          ? null
          : METADATA_TOKEN;
    }
    if (path.startsWith(ROLES)) {
      if (!header(exchange, "X-aws-ec2-metadata-token").equals(METADATA_TOKEN)) {
        return null;
      }
      String role = path.substring(ROLES.length());
      return role.isEmpty() ? ROLE + "\n" : role.equals(ROLE) ? json() : null;
    }
    String token = Files.readString(tokenFile);
    if (path.equals("/container")) {
      return header(exchange, "Authorization").equals(token) ? json() : null;
    }
    String form = URLDecoder.decode(body, StandardCharsets.UTF_8);
    return form.contains("Action=AssumeRoleWithWebIdentity")
            && form.contains("RoleArn=" + WEB_ROLE)
            && form.contains("WebIdentityToken=" + token)
        ? xml()
        : null;
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private String json() {
    return """
    {"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z",
     "AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "session-%d", "Expiration": "%s"}
    """
        .formatted(TestS3Server.KEY, TestS3Server.SECRET, given.incrementAndGet(), end());
  }

  private String xml() {
    return """
    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult>
        <Credentials>
          <AccessKeyId>%s</AccessKeyId>
          <SecretAccessKey>%s</SecretAccessKey>
          <SessionToken>session-%d</SessionToken>
          <Expiration>%s</Expiration>
        </Credentials>
      </AssumeRoleWithWebIdentityResult>
    </AssumeRoleWithWebIdentityResponse>
    """
        .formatted(TestS3Server.KEY, TestS3Server.SECRET, given.incrementAndGet(), end());
  }

  /** When what is given now expires. */
  private Instant end() {
    return Instant.now().plus(life).truncatedTo(ChronoUnit.SECONDS);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
