package dev.holdfast.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * As much of an S3 server as the training talks to, over TLS, in memory. It checks nothing: it is
 * there so that the classes on the way to a bucket are used once.
 */
final class TrainingBucket implements AutoCloseable {
  private static final String PASSWORD = "training";
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final String TIME = "Thu, 01 Jan 2026 00:00:00 GMT";

  private final HttpsServer server;
  private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final Map<String, TreeMap<Integer, byte[]>> uploads = new ConcurrentHashMap<>();

  private TrainingBucket(HttpsServer server) {
    this.server = server;
  }

  /**
   * Starts one.
   *
   * @param directory where its certificate is kept
   * @throws IOException where no certificate can be made: there is no keytool in every Java
   */
  static TrainingBucket start(Path directory) throws IOException {
    Path keys = directory.resolve("keys.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                keys.toString(),
                "-storepass",
                PASSWORD)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream input = finished(process) ? Files.newInputStream(keys) : null) {
      if (input == null) {
        throw new IOException("keytool made no certificate");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(input, PASSWORD.toCharArray());
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      HttpsServer server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(context));
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      TrainingBucket bucket = new TrainingBucket(server);
      server.createContext("/", bucket::serve);
      server.start();
      return bucket;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static boolean finished(Process process) throws IOException {
    try {
      return process.waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** The options of a repository in it. */
  String options() {
    return """
    repo1-type=s3
    repo1-path=/repo
    repo1-s3-bucket=training
    repo1-s3-endpoint=127.0.0.1
    repo1-storage-port=%d
    repo1-storage-verify-tls=n
    repo1-s3-region=us-east-1
    repo1-s3-uri-style=path
    repo1-s3-key=training
    repo1-s3-key-secret=training
    """
        .formatted(server.getAddress().getPort());
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath().substring("/training".length());
      String key = path.startsWith("/") ? path.substring(1) : path;
      Map<String, String> query = query(exchange.getRequestURI().getQuery());
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, key, query, body);
        case "POST" -> post(exchange, key, query, body);
        case "DELETE" -> {
          objects.remove(key);
          answer(exchange, 204, "");
        }
        default -> {
          if (key.isEmpty()) {
            answer(exchange, 200, listing(query));
          } else {
            get(exchange, key);
          }
        }
      }
    }
  }

  private static Map<String, String> query(@Nullable String text) {
    Map<String, String> query = new TreeMap<>();
    for (String part : text == null ? new String[0] : text.split("&")) {
      int equals = part.indexOf('=');
      query.put(
          equals < 0 ? part : part.substring(0, equals),
          equals < 0 ? "" : part.substring(equals + 1));
    }
    return query;
  }

  private void put(HttpExchange exchange, String key, Map<String, String> query, byte[] body)
      throws IOException {
    String part = query.get("partNumber");
    if (part == null) {
      objects.put(key, body);
    } else {
      TreeMap<Integer, byte[]> parts = uploads.computeIfAbsent(key, _ -> new TreeMap<>());
      synchronized (parts) {
        parts.put(Integer.parseInt(part), body);
      }
    }
    exchange.getResponseHeaders().set("ETag", "\"00000000000000000000000000000000\"");
    answer(exchange, 200, "");
  }

  private void post(HttpExchange exchange, String key, Map<String, String> query, byte[] body)
      throws IOException {
    if (query.containsKey("delete")) {
      Matcher keys = KEY.matcher(new String(body, StandardCharsets.UTF_8));
      while (keys.find()) {
        objects.remove(keys.group(1));
      }
      answer(exchange, 200, "<DeleteResult></DeleteResult>");
    } else if (query.containsKey("uploads")) {
      answer(
          exchange,
          200,
          "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>");
    } else {
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      TreeMap<Integer, byte[]> parts = uploads.remove(key);
      if (parts != null) {
        parts.values().forEach(whole::writeBytes);
      }
      objects.put(key, whole.toByteArray());
      answer(
          exchange,
          200,
          "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>");
    }
  }

  private void get(HttpExchange exchange, String key) throws IOException {
    byte[] content = objects.get(key);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (content == null) {
      answer(exchange, 404, head ? "" : "<Error><Code>NoSuchKey</Code></Error>");
      return;
    }
    exchange.getResponseHeaders().set("ETag", "\"00000000000000000000000000000000\"");
    exchange.getResponseHeaders().set("Last-Modified", TIME);
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = 0;
    int to = content.length;
    if (range != null) {
      String[] ends = range.substring("bytes=".length()).split("-");
      from = Integer.parseInt(ends[0]);
      to = ends.length < 2 ? to : Math.min(to, Integer.parseInt(ends[1]) + 1);
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, content.length));
    }
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, to == from ? -1 : to - from);
    if (to > from) {
      exchange.getResponseBody().write(content, from, to - from);
    }
  }

  private String listing(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    boolean flat = !query.containsKey("delimiter");
    StringBuilder text = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    String last = "";
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      String key = object.getKey();
      if (!key.startsWith(prefix)) {
        continue;
      }
      int slash = key.indexOf('/', prefix.length());
      if (flat || slash < 0) {
        text.append("<Contents><Key>").append(key).append("</Key><Size>");
        text.append(object.getValue().length).append("</Size>");
        text.append("<LastModified>2026-01-01T00:00:00Z</LastModified></Contents>");
      } else if (!last.equals(key.substring(0, slash + 1))) {
        last = key.substring(0, slash + 1);
        text.append("<CommonPrefixes><Prefix>").append(last).append("</Prefix></CommonPrefixes>");
      }
    }
    return text.append("</ListBucketResult>").toString();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
