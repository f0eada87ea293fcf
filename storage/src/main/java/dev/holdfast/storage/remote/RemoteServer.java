package dev.holdfast.storage.remote;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/** Serves storages to a client at the other end of a pair of streams. */
public final class RemoteServer {
  /** In place of a handle: what a verb says is heard in the order in which it says it. */
  private static final long SAID_BY_VERB = -1;

  private record Service(ServedStorage served, RemoteHandles handles) {
    Service(ServedStorage served) {
      this(served, new RemoteHandles(served.storage()));
    }
  }

  private final Map<Integer, Service> services = new HashMap<>();
  private final VerbRequests verb;
  private final DataOutputStream output;
  private final ReentrantLock writing = new ReentrantLock();
  private final Map<Long, OrderedWork> orders = new ConcurrentHashMap<>();

  private RemoteServer(
      Map<Integer, ServedStorage> storages, VerbRequests verb, OutputStream output) {
    storages.forEach((channel, served) -> services.put(channel, new Service(served)));
    this.verb = verb;
    this.output = new DataOutputStream(new BufferedOutputStream(output, 64 * 1024));
  }

  /**
   * Greets, and answers requests until the input ends.
   *
   * @param cipherPass what the repository is encrypted with, for clients that were not told
   */
  public static void serve(
      Storage storage,
      Optional<String> cipherPass,
      String version,
      InputStream input,
      OutputStream output) {
    try {
      output.write(Greeting.line(Purpose.REPOSITORY, version));
      output.flush();
    } catch (IOException e) {
      throw lost(e);
    }
    serve(
        Map.of(RemoteChannel.MAIN, new ServedStorage(storage, cipherPass)),
        (kind, _, _) -> {
          throw unknown(kind);
        },
        input,
        output);
  }

  /** Answers requests about these storages, by channel, until the input ends. */
  static void serve(
      Map<Integer, ServedStorage> storages,
      VerbRequests verb,
      InputStream input,
      OutputStream output) {
    RemoteServer server = new RemoteServer(storages, verb, output);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      DataInputStream frames = new DataInputStream(input);
      while (true) {
        server.accept(Frame.readFrom(frames), threads);
      }
    } catch (EOFException e) {
      // The client is gone, and with it whoever wanted an answer.
    } catch (IOException e) {
      throw lost(e);
    } finally {
      server.services.values().forEach(service -> service.handles().closeAll());
    }
  }

  private static HoldfastException lost(IOException e) {
    return new HoldfastException(
        ErrorCode.PROTOCOL, "lost the connection to the client: " + e.getMessage(), e);
  }

  private static HoldfastException unknown(Kind kind) {
    return new HoldfastException(ErrorCode.PROTOCOL, "there is nobody to answer to " + kind);
  }

  /**
   * Answers an error in place of the first request's answer, so that the client can tell it.
   *
   * @param error why nothing will be served
   */
  public static void refuse(
      HoldfastException error, String version, InputStream input, OutputStream output) {
    try {
      DataOutputStream frames = new DataOutputStream(output);
      frames.write(Greeting.line(Purpose.REPOSITORY, version));
      frames.flush();
      Frame request = Frame.readFrom(new DataInputStream(input));
      Frame.failure(request.number(), error).writeTo(frames);
      frames.flush();
    } catch (IOException e) {
      // The client is gone: our own exit code tells the same.
    }
  }

  private void accept(Frame request, ExecutorService threads) {
    Kind kind = Kind.of(request.kind());
    switch (kind) {
      case READ, WRITE, COMMIT, CLOSE, SYNC_BATCH -> {
        int handle = request.takeInt();
        long order = ((long) request.channel() << Integer.SIZE) + handle;
        inOrder(order, threads)
            .add(() -> {
              answer(request, kind, handle);
              if (kind == Kind.CLOSE) {
                orders.remove(order);
              }
            });
      }
      case LOG, PROGRESS, LOCK_PROGRESS, RESULT ->
          inOrder(SAID_BY_VERB, threads).add(() -> answer(request, kind, 0));
      default -> threads.execute(() -> answer(request, kind, 0));
    }
  }

  private OrderedWork inOrder(long order, ExecutorService threads) {
    return orders.computeIfAbsent(order, _ -> new OrderedWork(threads));
  }

  private void answer(Frame request, Kind kind, int handle) {
    Frame answer;
    try {
      answer = Frame.answer(request.number(), Frame.DONE);
      perform(request, kind, handle, answer);
    } catch (HoldfastException e) {
      answer = Frame.failure(request.number(), e);
    } catch (RuntimeException e) {
      answer =
          Frame.failure(
              request.number(),
              new HoldfastException(ErrorCode.UNHANDLED, "unexpected failure: " + e, e));
    }
    writing.lock();
    try {
      answer.writeTo(output);
      output.flush();
    } catch (IOException e) {
      // The client is gone; the end of our input ends the rest.
    } finally {
      writing.unlock();
    }
  }

  private void perform(Frame request, Kind kind, int handle, Frame answer) {
    switch (kind) {
      case TASK, ROLE, LOG, PROGRESS, LOCK_PROGRESS, RESULT -> verb.perform(kind, request, answer);
      default -> {
        Service service = services.get(request.channel());
        if (service == null) {
          throw new HoldfastException(
              ErrorCode.PROTOCOL, "there is no storage " + request.channel());
        }
        perform(service, request, kind, handle, answer);
      }
    }
  }

  private static void perform(Service service, Frame request, Kind kind, int handle, Frame answer) {
    Storage storage = service.served().storage();
    RemoteHandles handles = service.handles();
    switch (kind) {
      case WELCOME -> welcome(service.served(), answer);
      case INFO -> {
        Optional<StorageEntry> entry = storage.info(request.takeString());
        answer.put(entry.isPresent());
        entry.ifPresent(found -> put(answer, found));
      }
      case LIST -> {
        var entries = storage.list(request.takeString());
        answer.put(entries.size());
        entries.forEach(entry -> put(answer, entry));
      }
      case OPEN_READ ->
          handles.openRead(request.takeString(), request.takeLong(), request.takeLong(), answer);
      case READ -> handles.read(handle, request.takeInt(), answer);
      case OPEN_WRITE ->
          answer.put(
              handles.openWrite(request.takeString(), request.takeBoolean(), request.takeInt()));
      case WRITE -> handles.write(handle, request.takeBytes());
      case COMMIT -> handles.commit(handle);
      case CLOSE -> handles.close(handle);
      case OPEN_BATCH -> answer.put(handles.openBatch());
      case SYNC_BATCH -> handles.syncBatch(handle);
      case CREATE_PATH -> storage.createPath(request.takeString());
      case REMOVE -> storage.remove(request.takeString());
      case REMOVE_TREE -> storage.removeTree(request.takeString());
      case MOVE -> storage.move(request.takeString(), request.takeString());
      case SYNC_PATH -> storage.syncPath(request.takeString());
      case CREATE_LINK -> storage.createLink(request.takeString(), request.takeString());
      case CREATE_HARD_LINK -> storage.createHardLink(request.takeString(), request.takeString());
      case TASK, ROLE, LOG, PROGRESS, LOCK_PROGRESS, RESULT -> throw unknown(kind);
    }
  }

  private static void welcome(ServedStorage served, Frame answer) {
    Storage storage = served.storage();
    Optional<String> pass = served.cipherPass();
    answer.put(storage.name());
    answer.put(storage.features().size());
    for (StorageFeature feature : storage.features()) {
      answer.put(feature.name());
    }
    answer.put(pass.isPresent()).put(pass.orElse(""));
  }

  private static void put(Frame answer, StorageEntry entry) {
    String target = entry.linkTarget();
    answer
        .put(entry.name())
        .put(entry.type().name())
        .put(entry.size())
        .put(entry.modified().getEpochSecond())
        .put(entry.modified().getNano())
        .put(target != null)
        .put(target == null ? "" : target);
  }
}
