package dev.holdfast.storage.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What stands in front of a real S3 server and misbehaves: one TLS connection for each request,
 * with a fault for those that a test chose.
 */
final class FaultyFront implements AutoCloseable {
  /** What goes wrong with a request. */
  sealed interface Fault {
    /** Answered here, in S3's form; the server never sees the request. */
    record Answer(int status, String s3Code) implements Fault {}

    /** The connection breaks after so many bytes of the body were taken. */
    record BreakUpload(int afterBytes) implements Fault {}

    /** The connection breaks after so many bytes of the answer's body were given. */
    record BreakDownload(int afterBytes) implements Fault {}

    /** The server does what is asked, and its answer gets lost. */
    record LoseAnswer() implements Fault {}

    /** A byte of the body changes on its way to the server. */
    record CorruptUpload() implements Fault {}

    /** Nothing more is read after so many bytes of the body, and nothing is answered. */
    record Stall(int afterBytes) implements Fault {}

    /** Nothing more is given after so many bytes of the answer's body. */
    record StallDownload(int afterBytes) implements Fault {}
  }

  /** A request as it came: its line and headers, names in lower case. */
  record Request(String line, List<String> headers) {
    String method() {
      return line.substring(0, line.indexOf(' '));
    }

    Optional<String> header(String name) {
      return headers.stream()
          .filter(header -> header.startsWith(name + ":"))
          .map(header -> header.substring(name.length() + 1).strip())
          .findFirst();
    }

    int length() {
      return header("content-length").map(Integer::parseInt).orElse(0);
    }

    boolean is(String method, String part) {
      return method().equals(method) && line.contains(part);
    }
  }

  private record Planned(Predicate<Request> which, Fault fault, AtomicInteger times) {}

  private final ServerSocket listener;
  private final int serverPort;
  private final List<Planned> plan = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  FaultyFront(TestS3Server server, TestCertificates certificates) {
    this.serverPort = server.plainPort();
    try {
      this.listener =
          certificates
              .serverContext()
              .getServerSocketFactory()
              .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** A fault for the next so many requests of a kind. */
  FaultyFront plan(int times, Predicate<Request> which, Fault fault) {
    plan.add(new Planned(which, fault, new AtomicInteger(times)));
    return this;
  }

  /** What came so far. */
  List<Request> requests() {
    return requests;
  }

  /** The settings of a client of this front. */
  S3Settings settings(S3Settings direct, Duration ioTimeout, Duration requestTimeout) {
    S3Connection through =
        new S3Connection(
            URI.create("https://127.0.0.1:" + listener.getLocalPort()),
            null,
            true,
            true,
            direct.connection().caFile(),
            null,
            ioTimeout,
            requestTimeout,
            Duration.ofMillis(2));
    return new S3Settings(
        direct.bucket(),
        direct.path(),
        direct.region(),
        direct.service(),
        through,
        direct.credentials(),
        direct.objects(),
        direct.workers(),
        direct.targetTime());
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (SocketException e) {
        return;
      } catch (IOException e) {
        // A client that gave up within the handshake.
        continue;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      open.add(server);
      InputStream input = client.getInputStream();
      Request request = readHead(input);
      requests.add(request);
      Fault fault = fault(request);
      if (fault instanceof Fault.Answer answer) {
        answer(input, client.getOutputStream(), request, answer);
      } else if (sendUpstream(input, server.getOutputStream(), request, fault)) {
        relay(server.getInputStream(), client.getOutputStream(), fault);
      }
    } catch (IOException | InterruptedException e) {
      // The client went away, or the test is over: either is what is being tested.
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private @Nullable Fault fault(Request request) {
    for (Planned planned : plan) {
      if (planned.which().test(request) && planned.times().getAndDecrement() > 0) {
        return planned.fault();
      }
    }
    return null;
  }

  private static Request readHead(InputStream input) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int one = input.read();
      if (one < 0) {
        throw new IOException("no request");
      }
      head.write(one);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).strip().split("\r\n");
    List<String> headers =
        Arrays.stream(lines)
            .skip(1)
            .map(line -> {
              int colon = line.indexOf(':');
              return line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
            })
            .toList();
    return new Request(lines[0], headers);
  }

  private static void answer(
      InputStream input, OutputStream output, Request request, Fault.Answer answer)
      throws IOException {
    input.readNBytes(request.length());
    String body =
        answer.status() < 300 || request.method().equals("HEAD")
            ? ""
            : "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>said the front</Message></Error>"
                .formatted(answer.s3Code());
    output.write(
        ("HTTP/1.1 %d Said\r\nETag: \"00000000000000000000000000000000\"\r\nContent-Length: %d\r\n"
                + "Connection: close\r\n\r\n%s")
            .formatted(answer.status(), body.length(), body)
            .getBytes(StandardCharsets.ISO_8859_1));
    output.flush();
  }

  /** Whether the request went to the server as a whole. */
  private boolean sendUpstream(
      InputStream input, OutputStream server, Request request, @Nullable Fault fault)
      throws IOException, InterruptedException {
    StringBuilder head = new StringBuilder(request.line()).append("\r\n");
    request.headers().stream()
        .filter(header -> !header.startsWith("connection:"))
        .forEach(header -> head.append(header).append("\r\n"));
    head.append("connection: close\r\n\r\n");
    switch (fault) {
      case Fault.BreakUpload broken -> {
        input.readNBytes(broken.afterBytes());
        return false;
      }
      case Fault.Stall stall -> {
        input.readNBytes(stall.afterBytes());
        closed.await();
        return false;
      }
      case null, default -> {}
    }
    byte[] body = input.readNBytes(request.length());
    if (fault instanceof Fault.CorruptUpload && body.length > 0) {
      body[body.length / 2] ^= 1;
    }
    server.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    server.write(body);
    server.flush();
    return true;
  }

  private void relay(InputStream server, OutputStream client, @Nullable Fault fault)
      throws IOException, InterruptedException {
    byte[] answer = server.readAllBytes();
    int head = new String(answer, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
    int given =
        switch (fault) {
          case Fault.LoseAnswer _ -> 0;
          case Fault.BreakDownload broken -> Math.min(answer.length, head + broken.afterBytes());
          case Fault.StallDownload stalled -> Math.min(answer.length, head + stalled.afterBytes());
          case null, default -> answer.length;
        };
    client.write(answer, 0, given);
    client.flush();
    if (fault instanceof Fault.StallDownload) {
      closed.await();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
