package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the store knows us ({@code repo-s3-key-type}). Texts never show a secret. */
public sealed interface S3Credentials {

  /**
   * A key that was given ({@code shared}).
   *
   * @param key the access key
   * @param secret the secret access key
   * @param token the session token of temporary credentials
   */
  record Shared(String key, String secret, @Nullable String token) implements S3Credentials {
    /** Refuses empty keys. */
    public Shared {
      if (key.isEmpty() || secret.isEmpty()) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID_VALUE, "the S3 access key and its secret may not be empty");
      }
    }

    @Override
    public String toString() {
      return "Shared[<redacted>]";
    }
  }

  /**
   * Temporary credentials of a role of this machine, from its metadata service ({@code auto}).
   *
   * @param role the role; null for the machine's one
   * @param service the service's address, {@link #METADATA_SERVICE} on every machine that has one
   */
  record Instance(@Nullable String role, URI service) implements S3Credentials {
    /** Where machines find their metadata. */
    public static final URI METADATA_SERVICE = URI.create("http://169.254.169.254");
  }

  /**
   * Temporary credentials for a token that an identity provider signed ({@code web-id}).
   *
   * @param role the role's name (an ARN) in {@code AWS_ROLE_ARN}
   * @param tokenFile the token in {@code AWS_WEB_IDENTITY_TOKEN_FILE}, read again as it is renewed
   * @param host the token service: a host, with {@code :port} where it is not 443
   */
  record WebIdentity(String role, Path tokenFile, String host) implements S3Credentials {}

  /**
   * Temporary credentials from the agent of the container's platform ({@code pod-id}), which {@code
   * AWS_CONTAINER_CREDENTIALS_FULL_URI} and {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE} name.
   */
  record Pod() implements S3Credentials {}

  /**
   * Temporary credentials that a program prints ({@code process}).
   *
   * @param command the program and its arguments
   */
  record Process(List<String> command) implements S3Credentials {
    /** Refuses an empty command. */
    public Process {
      command = List.copyOf(command);
      if (command.isEmpty()) {
        throw new HoldfastException(
            ErrorCode.OPTION_INVALID_VALUE, "the program that prints credentials is not named");
      }
    }

    @Override
    public String toString() {
      return "Process[" + command.getFirst() + "]";
    }
  }
}
