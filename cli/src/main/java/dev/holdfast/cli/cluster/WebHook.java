package dev.holdfast.cli.cluster;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** An address that events are posted to as JSON; any answer from 200 to 299 takes one. */
final class WebHook implements EventHook {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final int REDIRECTION = 300;

  private final URI address;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(LONGEST).build();

  /**
   * Nothing is connected yet.
   *
   * @throws HoldfastException option-invalid-value (32) when it is no address for events
   */
  WebHook(String address) {
    this.address = parse(address);
  }

  private static URI parse(String text) {
    try {
      URI parsed = URI.create(text);
      if (parsed.getHost() != null
          && ("http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme()))) {
        return parsed;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new HoldfastException(
        ErrorCode.OPTION_INVALID_VALUE,
        "'" + text + "' is not an address that events could be posted to",
        "It looks like https://alerts.example/holdfast.");
  }

  /** Without what may be secret: user, path and query. */
  @Override
  public String name() {
    return address.getScheme() + "://" + address.getHost();
  }

  @Override
  public void tell(String cluster, byte[] json) {
    try {
      HttpResponse<Void> answer =
          http.send(
              HttpRequest.newBuilder(address)
                  .timeout(LONGEST)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(json))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      if (answer.statusCode() < OK || answer.statusCode() >= REDIRECTION) {
        throw new HoldfastException(
            ErrorCode.SERVICE, "the event hook at " + name() + " answers " + answer.statusCode());
      }
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.HOST_CONNECT, "the event hook at " + name() + " does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HoldfastException(ErrorCode.TERM, "interrupted", e);
    }
  }
}
