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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/** Serves a storage to a client at the other end of a pair of streams. */
public final class RemoteServer {
  private final Storage storage;
  private final Optional<String> cipherPass;
  private final DataOutputStream output;
  private final ReentrantLock writing = new ReentrantLock();
  private final RemoteHandles handles;
  private final Map<Integer, OrderedWork> orders = new ConcurrentHashMap<>();

  private RemoteServer(Storage storage, Optional<String> cipherPass, OutputStream output) {
    this.storage = storage;
    this.cipherPass = cipherPass;
    this.output = new DataOutputStream(new BufferedOutputStream(output, 64 * 1024));
    this.handles = new RemoteHandles(storage);
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
    RemoteServer server = new RemoteServer(storage, cipherPass, output);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      server.output.write(Greeting.line(version));
      server.output.flush();
      DataInputStream frames = new DataInputStream(input);
      while (true) {
        server.accept(Frame.readFrom(frames), threads);
      }
    } catch (EOFException e) {
      // The client is gone, and with it whoever wanted an answer.
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.PROTOCOL, "lost the connection to the client: " + e.getMessage(), e);
    } finally {
      server.handles.closeAll();
    }
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
      frames.write(Greeting.line(version));
      frames.flush();
      Frame request = Frame.readFrom(new DataInputStream(input));
      failure(request.number(), error).writeTo(frames);
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
        orders
            .computeIfAbsent(handle, _ -> new OrderedWork(threads))
            .add(() -> {
              answer(request, kind, handle);
              if (kind == Kind.CLOSE) {
                orders.remove(handle);
              }
            });
      }
      default -> threads.execute(() -> answer(request, kind, 0));
    }
  }

  private void answer(Frame request, Kind kind, int handle) {
    Frame answer;
    try {
      answer = Frame.begin(request.number(), Frame.DONE);
      perform(request, kind, handle, answer);
    } catch (HoldfastException e) {
      answer = failure(request.number(), e);
    } catch (RuntimeException e) {
      answer =
          failure(
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

  static Frame failure(int number, HoldfastException error) {
    Frame answer =
        Frame.begin(number, Frame.FAILED)
            .put(error.code().number())
            .put(error.getMessage())
            .put(error.hints().size());
    error.hints().forEach(answer::put);
    return answer;
  }

  private void perform(Frame request, Kind kind, int handle, Frame answer) {
    switch (kind) {
      case WELCOME -> welcome(answer);
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
    }
  }

  private void welcome(Frame answer) {
    answer.put(storage.name());
    answer.put(storage.features().size());
    for (StorageFeature feature : storage.features()) {
      answer.put(feature.name());
    }
    answer.put(cipherPass.isPresent()).put(cipherPass.orElse(""));
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
