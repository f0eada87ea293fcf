package dev.holdfast.storage.s3;

import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract, on a real S3 server over TLS. */
class S3StorageContractTest extends StorageContract {
  @TempDir private static Path directory;
  private static TestS3Server server;
  private static int number;
  private S3Storage storage;

  @BeforeAll
  static void startServer() {
    server = TestS3Server.start(directory);
    server.bucket("holdfast");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void closeStorage() {
    storage.close();
  }

  @Override
  protected Storage emptyStorage() {
    number++;
    storage = new S3Storage(server.settings("holdfast", "/repository/" + number));
    return storage;
  }

  /** This server writes control characters of names into its listings, which are then no XML. */
  @Override
  protected boolean takesName(String name) {
    return name.indexOf('\u0001') < 0;
  }
}
