package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.StoragePath;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The storage that a program on another host serves. */
public final class RemoteStorage implements Storage, AutoCloseable {
  private final RemoteConnection connection;
  private final String name;
  private final Set<StorageFeature> features;
  private final Optional<String> cipherPass;

  private RemoteStorage(RemoteConnection connection, String host) {
    this.connection = connection;
    Frame welcome = connection.call(connection.request(Kind.WELCOME));
    this.name = host + ":" + welcome.takeString();
    EnumSet<StorageFeature> served = EnumSet.noneOf(StorageFeature.class);
    for (int left = welcome.takeInt(); left > 0; left--) {
      served.add(StorageFeature.valueOf(welcome.takeString()));
    }
    this.features = Set.copyOf(served);
    boolean encrypted = welcome.takeBoolean();
    String pass = welcome.takeString();
    this.cipherPass = encrypted ? Optional.of(pass) : Optional.empty();
  }

  /**
   * Starts the program and asks what it serves.
   *
   * @param host the other host's name, for messages
   * @param command starts the program there with its standard streams as ours, ssh for example
   * @param timeout the longest wait for an answer
   * @throws HoldfastException host-connect (49) or protocol (39) when Holdfast cannot be reached
   *     there, or what it refuses: the locks are taken, or it was stopped
   */
  public static RemoteStorage open(String host, List<String> command, Duration timeout) {
    RemotePeer peer = RemotePeer.start(host, command);
    try {
      return new RemoteStorage(RemoteConnection.open(peer, timeout), host);
    } catch (HoldfastException e) {
      peer.close();
      throw e;
    }
  }

  /** What the repository is encrypted with, as the other host's configuration says. */
  public Optional<String> cipherPass() {
    return cipherPass;
  }

  @Override
  public Set<StorageFeature> features() {
    return features;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<StorageEntry> info(String path) {
    Frame answer = call(Kind.INFO, StoragePath.requirePath(path));
    return answer.takeBoolean() ? Optional.of(entry(answer)) : Optional.empty();
  }

  @Override
  public List<StorageEntry> list(String path) {
    Frame answer = call(Kind.LIST, StoragePath.requirePath(path));
    List<StorageEntry> entries = new ArrayList<>();
    for (int left = answer.takeInt(); left > 0; left--) {
      entries.add(entry(answer));
    }
    return entries;
  }

  private static StorageEntry entry(Frame answer) {
    String name = answer.takeString();
    StorageEntry.Type type = StorageEntry.Type.valueOf(answer.takeString());
    long size = answer.takeLong();
    Instant modified = Instant.ofEpochSecond(answer.takeLong(), answer.takeInt());
    boolean isLink = answer.takeBoolean();
    String target = answer.takeString();
    return new StorageEntry(name, type, size, modified, isLink ? target : null);
  }

  @Override
  public InputStream read(String path) {
    return openRead(path, 0, -1);
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    if (offset < 0 || length < 0) {
      throw new HoldfastException(
          ErrorCode.PARAM_INVALID,
          "the range of " + length + " bytes at " + offset + " of '" + path + "' is negative");
    }
    return openRead(path, offset, length);
  }

  private InputStream openRead(String path, long offset, long length) {
    Frame request =
        connection
            .request(Kind.OPEN_READ)
            .put(StoragePath.requireName(path))
            .put(offset)
            .put(length);
    return new RemoteInput(connection, connection.call(request));
  }

  @Override
  public StorageOutput write(String path) {
    return openWrite(path, false, 0);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    return openWrite(path, true, 0);
  }

  private StorageOutput openWrite(String path, boolean exclusive, int batch) {
    Frame request =
        connection
            .request(Kind.OPEN_WRITE)
            .put(StoragePath.requireName(path))
            .put(exclusive)
            .put(batch);
    return new RemoteOutput(connection, connection.call(request).takeInt());
  }

  @Override
  public StorageBatch batch() {
    int handle = connection.call(connection.request(Kind.OPEN_BATCH)).takeInt();
    return new StorageBatch() {
      @Override
      public StorageOutput write(String path) {
        return openWrite(path, false, handle);
      }

      @Override
      public void sync() {
        connection.call(connection.request(Kind.SYNC_BATCH).put(handle));
      }

      @Override
      public void close() {
        connection.send(connection.request(Kind.CLOSE).put(handle));
      }
    };
  }

  @Override
  public void createPath(String path) {
    call(Kind.CREATE_PATH, StoragePath.requirePath(path));
  }

  @Override
  public void remove(String path) {
    call(Kind.REMOVE, StoragePath.requireName(path));
  }

  @Override
  public void removeTree(String path) {
    call(Kind.REMOVE_TREE, StoragePath.requirePath(path));
  }

  @Override
  public void move(String from, String to) {
    call(Kind.MOVE, StoragePath.requireName(from), StoragePath.requireName(to));
  }

  @Override
  public void syncPath(String path) {
    call(Kind.SYNC_PATH, StoragePath.requirePath(path));
  }

  @Override
  public void createLink(String link, String target) {
    call(Kind.CREATE_LINK, StoragePath.requireName(link), target);
  }

  @Override
  public void createHardLink(String existing, String link) {
    call(Kind.CREATE_HARD_LINK, StoragePath.requireName(existing), StoragePath.requireName(link));
  }

  private Frame call(Kind kind, String... arguments) {
    Frame request = connection.request(kind);
    for (String argument : arguments) {
      request.put(argument);
    }
    return connection.call(request);
  }

  /** Ends the program on the other host. */
  @Override
  public void close() {
    connection.close();
  }

  @Override
  public String toString() {
    return "RemoteStorage[" + name + "]";
  }
}
