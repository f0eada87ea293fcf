package dev.holdfast.ha.raft;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis as it is used here: small, durable, and quick to elect. The log is synced before an entry
 * counts (Ratis's default: neither unsafe nor asynchronous flushes), and one that is damaged keeps
 * the member from starting (its default too) instead of being cut off where the damage begins.
 */
final class RatisSettings {
  /** A follower that hears nothing for so long elects; the leader is heard twice as often. */
  private static final int ELECTION_MILLIS_MIN = 500;

  private static final int ELECTION_MILLIS_MAX = 1000;
  private static final int REQUEST_MILLIS = 1000;
  private static final int ENTRIES_BETWEEN_SNAPSHOTS = 1024;
  private static final int SNAPSHOTS_KEPT = 2;
  private static final int NETWORK_THREADS = 2;

  /** The longest entry with room to spare; a value has some thousand bytes. */
  private static final SizeInBytes APPEND = SizeInBytes.valueOf("2MB");

  private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf(APPEND.getSize() + 64);
  private static final SizeInBytes SEGMENT = SizeInBytes.valueOf("4MB");
  private static final SizeInBytes PREALLOCATED = SizeInBytes.valueOf("1MB");
  private static final SizeInBytes CACHE = SizeInBytes.valueOf("8MB");

  private RatisSettings() {}

  static RaftProperties of(Path directory, Peer self) {
    RaftProperties properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(properties, List.of(directory.toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(
        properties, new File(directory.toFile(), "removed-groups"));
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(ELECTION_MILLIS_MIN));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(ELECTION_MILLIS_MAX));
    RaftServerConfigKeys.Rpc.setRequestTimeout(properties, millis(REQUEST_MILLIS));
    log(properties);
    GrpcConfigKeys.Server.setHost(properties, self.agreement().host());
    GrpcConfigKeys.Server.setPort(properties, self.agreement().port());
    // Its native library would be unpacked below /tmp, where some hosts run no programs.
    GrpcConfigKeys.setUseEpoll(properties, false);
    GrpcConfigKeys.Server.setBossGroupSize(properties, 1);
    GrpcConfigKeys.Server.setWorkerGroupSize(properties, NETWORK_THREADS);
    GrpcConfigKeys.Client.setWorkerGroupSize(properties, NETWORK_THREADS);
    return properties;
  }

  private static void log(RaftProperties properties) {
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SEGMENT);
    RaftServerConfigKeys.Log.setPreallocatedSize(properties, PREALLOCATED);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, CACHE);
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, WRITE_BUFFER);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, APPEND);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, ENTRIES_BETWEEN_SNAPSHOTS);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, SNAPSHOTS_KEPT);
  }

  private static TimeDuration millis(int millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
