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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The storage that a program on another host serves. It is started when it is first needed; when
 * that fails, or the connection is lost, everything fails from then on with the same reason.
 */
public final class RemoteStorage implements Storage, AutoCloseable {
  private final String host;
  private final List<String> command;
  private final Duration timeout;
  private final ReentrantLock opening = new ReentrantLock();
  private @Nullable Served served;
  private @Nullable HoldfastException failure;

  private record Served(
      RemoteChannel connection,
      String name,
      Set<StorageFeature> features,
      Optional<String> cipherPass) {
    static Served by(RemoteChannel connection) {
      Frame welcome = connection.call(connection.request(Kind.WELCOME));
      String name = welcome.takeString();
      EnumSet<StorageFeature> features = EnumSet.noneOf(StorageFeature.class);
      for (int left = welcome.takeInt(); left > 0; left--) {
        features.add(StorageFeature.valueOf(welcome.takeString()));
      }
      boolean encrypted = welcome.takeBoolean();
      String pass = welcome.takeString();
      return new Served(
          connection, name, Set.copyOf(features), encrypted ? Optional.of(pass) : Optional.empty());
    }

    @Override
    public String toString() {
      return "Served[" + name + "]";
    }
  }

  /**
   * A storage that nothing was asked of yet.
   *
   * @param host the other host's name, for messages
   * @param command starts the program there with its standard streams as ours, ssh for example
   * @param timeout the longest wait for an answer
   */
  public RemoteStorage(String host, List<String> command, Duration timeout) {
    this.host = host;
    this.command = List.copyOf(command);
    this.timeout = timeout;
  }

  /** The storage that the other end of a connection serves on a channel. */
  static RemoteStorage over(RemoteChannel channel) {
    RemoteStorage storage = new RemoteStorage("", List.of(), Duration.ZERO);
    storage.served = Served.by(channel);
    return storage;
  }

  private Served served() {
    opening.lock();
    try {
      if (failure != null) {
        throw failure;
      }
      Served known = served;
      if (known == null) {
        known = open();
        served = known;
      }
      return known;
    } catch (HoldfastException e) {
      failure = e;
      throw e;
    } finally {
      opening.unlock();
    }
  }

  private Served open() {
    RemotePeer peer = RemotePeer.start(host, command, Purpose.REPOSITORY);
    try {
      return Served.by(RemoteConnection.open(peer, timeout, true).channel(RemoteChannel.MAIN));
    } catch (HoldfastException e) {
      peer.close();
      throw e;
    }
  }

  private RemoteChannel connection() {
    return served().connection();
  }

  /**
   * What the repository is encrypted with, as the other host's configuration says.
   *
   * @throws HoldfastException host-connect (49) or protocol (39) when Holdfast cannot be reached
   *     there, or what it refuses: the locks are taken, or it was stopped
   */
  public Optional<String> cipherPass() {
    return served().cipherPass();
  }

  /** Whether it may still work: it was not opened yet, or its connection holds. */
  public boolean isUsable() {
    opening.lock();
    try {
      return failure == null && (served == null || served.connection().isOpen());
    } finally {
      opening.unlock();
    }
  }

  @Override
  public Set<StorageFeature> features() {
    return served().features();
  }

  /** Without asking the other host, which an error about it may be about. */
  @Override
  public String name() {
    opening.lock();
    try {
      String name = served == null ? "" : served.name();
      return host.isEmpty() ? name : host + ":" + name;
    } finally {
      opening.unlock();
    }
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
    RemoteChannel connection = connection();
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
    RemoteChannel connection = connection();
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
    RemoteChannel connection = connection();
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
    RemoteChannel connection = connection();
    Frame request = connection.request(kind);
    for (String argument : arguments) {
      request.put(argument);
    }
    return connection.call(request);
  }

  /** Ends the program on the other host. */
  @Override
  public void close() {
    opening.lock();
    try {
      if (served != null) {
        served.connection().close();
      }
    } finally {
      opening.unlock();
    }
  }

  @Override
  public String toString() {
    return "RemoteStorage[" + name() + "]";
  }
}
