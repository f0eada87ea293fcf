package dev.holdfast.ha.raft;

import dev.holdfast.postgres.file.DurableFile;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;

/** What the log says, applied: the registers. Ratis applies one entry after the other. */
final class Registers extends BaseStateMachine {
  /** An entry's answer where it is refused; else the new version. */
  static final String REFUSED = "refused";

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final Map<String, Register> byName = new TreeMap<>();
  private final Runnable changed;
  private final Consumer<Throwable> failed;

  /**
   * Empty ones.
   *
   * @param changed called whenever who leads may have changed; it must not block
   * @param failed called when the log can be written no more, or this member was told to end
   */
  Registers(Runnable changed, Consumer<Throwable> failed) {
    this.changed = changed;
    this.failed = failed;
  }

  /** A copy. */
  synchronized Map<String, Register> content() {
    return new TreeMap<>(byName);
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, group, raftStorage);
    storage.init(raftStorage);
    getLifeCycle().transition(LifeCycle.State.STARTING);
    load();
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  /** Before another member's snapshot takes the place of what is here. */
  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  /** After another member's snapshot has come. */
  @Override
  public void reinitialize() throws IOException {
    getLifeCycle().transition(LifeCycle.State.STARTING);
    load();
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  private synchronized void load() throws IOException {
    SingleFileSnapshotInfo snapshot = storage.loadLatestSnapshot();
    if (snapshot == null) {
      return;
    }
    Path file = snapshot.getFile().getPath();
    MD5Hash expected = snapshot.getFile().getFileDigest();
    if (expected != null) {
      MD5FileUtil.verifySavedMD5(file.toFile(), expected);
    }
    Map<String, Register> read = new TreeMap<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      Entry.expectFormat(in);
      for (int left = in.readInt(); left > 0; left--) {
        String name = in.readUTF();
        long version = in.readLong();
        read.put(name, new Register(version, in.readNBytes(in.readInt())));
      }
    }
    byName.clear();
    byName.putAll(read);
    setLastAppliedTermIndex(snapshot.getTermIndex());
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry =
        Optional.ofNullable(transaction.getLogEntry())
            .orElseThrow(() -> new IllegalStateException("a transaction without an entry"));
    try {
      Entry parsed = Entry.parse(entry.getStateMachineLogEntry().getLogData().toByteArray());
      return CompletableFuture.completedFuture(
          Message.valueOf(apply(parsed, TermIndex.valueOf(entry.getTerm(), entry.getIndex()))));
    } catch (IOException e) {
      // To pass over an entry would be to hold something else than the others do.
      throw new IllegalStateException("entry " + entry.getIndex() + " of the log: " + e, e);
    }
  }

  private synchronized String apply(Entry entry, TermIndex at) {
    updateLastAppliedTermIndex(at);
    return switch (entry) {
      case Entry.Nothing nothing -> "";
      case Entry.Write write -> {
        Register before = byName.get(write.name());
        long version = before == null ? 0 : before.version();
        if (version != write.follows() || at.getTerm() != write.term()) {
          yield REFUSED;
        }
        byName.put(write.name(), new Register(version + 1, write.value()));
        yield Long.toString(version + 1);
      }
    };
  }

  /** The index of the last entry in it. */
  @Override
  public long takeSnapshot() throws IOException {
    Map<String, Register> content;
    TermIndex last;
    synchronized (this) {
      content = content();
      last = getLastAppliedTermIndex();
    }
    if (last.getIndex() < 0) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(Entry.FORMAT);
      out.writeInt(content.size());
      for (Map.Entry<String, Register> each : content.entrySet()) {
        out.writeUTF(each.getKey());
        out.writeLong(each.getValue().version());
        out.writeInt(each.getValue().value().length);
        out.write(each.getValue().value());
      }
    }
    Path file = storage.getSnapshotFile(last.getTerm(), last.getIndex()).toPath();
    DurableFile.write(file, bytes.toByteArray());
    MD5Hash digest = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
    storage.updateLatestSnapshot(
        new SingleFileSnapshotInfo(new FileInfo(file, digest), last.getTerm(), last.getIndex()));
    return last.getIndex();
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public void notifyLeaderReady() {
    changed.run();
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    changed.run();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    changed.run();
  }

  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
    failed.accept(cause);
  }

  static ByteString content(Entry entry) {
    return ByteString.copyFrom(entry.bytes());
  }
}
