package dev.holdfast.repository.manifest;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.BackupLabel;
import dev.holdfast.domain.BackupType;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.RepositoryFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Manifests made up for tests. */
public final class SampleManifests {
  public static final BackupLabel FULL = new BackupLabel("20261121-043355F");
  public static final BackupLabel INCR = new BackupLabel("20261121-043355F_20261122-010203I");

  private SampleManifests() {}

  /** An incremental backup's manifest with a bit of everything and these files. */
  public static Manifest manifest(ManifestFiles files) {
    return new Manifest(
        RepositoryFormat.VERSION,
        new CipherPass("sub-pass=1"),
        new ManifestData(
            INCR,
            BackupType.INCR,
            FULL,
            List.of(FULL, INCR),
            1_795_240_000,
            1_795_240_001,
            1_795_240_100,
            true,
            true,
            true,
            WalSegment.parse("000000010000000000000002"),
            WalSegment.parse("000000010000000000000003"),
            Lsn.parse("0/2000028"),
            Lsn.parse("0/3000100"),
            new TreeMap<>(Map.of("note", "a \"quoted\"\tone", "zz", "ümlaut"))),
        new ManifestCluster(
            1,
            SystemIdentifier.parse("18446744073709551615"),
            PgVersion.parse("15"),
            202209061,
            1300),
        new ManifestOptions(
            true, false, false, 1048576L, true, CompressionType.ZST, -3, 1, false, false, true, 2),
        List.of(
            new ManifestTarget("pg_data", ManifestTarget.Type.PATH, "/pg/data", null, 0, null),
            new ManifestTarget(
                "pg_tblspc/16400", ManifestTarget.Type.LINK, "/ts", null, 16400, "space \"one\""),
            new ManifestTarget(
                "pg_data/pg_hba.conf", ManifestTarget.Type.LINK, "../c", "pg_hba.conf", 0, null)),
        List.of(
            new ManifestPath("pg_data", 0700, "postgres", null),
            new ManifestPath("pg_data/base", 0750, null, "staff"),
            new ManifestPath("pg_tblspc", 0700, "postgres", null)),
        List.of(new ManifestLink("pg_data/pg_hba.conf", "../c/pg_hba.conf", "postgres", null)),
        List.of(new ManifestDb("a=b \"c\" \\", 16401, 13000), new ManifestDb("[x", 4294967295L, 0)),
        files);
  }

  /** A few files that have a bit of everything. */
  public static ManifestFiles someFiles() {
    Sha1Hash hash = Sha1Hash.parse("00112233445566778899aabbccddeeff01234567");
    ManifestFile plain =
        ManifestFile.found("pg_data/a", 8192, 1_795_000_000, 0600, "postgres", null);
    return ManifestFiles.of(
        List.of(
            plain.withContent(8192, hash).withStored(100, hash),
            ManifestFile.found("pg_data/empty", 0, -5, 0640, null, "staff")
                .withContent(0, Sha1Hash.EMPTY),
            ManifestFile.found("pg_data/key=with=\"quotes\\\" ü", 5, 1, 0777, "o'x", "g")
                .withContent(7, hash)
                .withStored(7, null)
                .withReference(FULL)
                .withBundle(3, 0),
            ManifestFile.found("pg_data/base/1/2", 1L << 40, 1_795_000_000, 0600, "postgres", null)
                .withContent(1L << 40, hash)
                .withStored(5_000_000_000L, hash)
                .withReference(FULL)
                .withBundle(7, 123456789012L)
                .withBlocks(16384, 7, 4321)
                .withPageCheck(false, "[1,[4,7]]"),
            ManifestFile.found("pg_data/base/1/3", 8192, 1_795_000_000, 0600, "postgres", null)
                .withContent(8192, hash)
                .withStored(8192, hash)
                .withPageCheck(true, null)));
  }

  /** So many files as a cluster with very many relations has, in the order of their names. */
  public static ManifestFiles manyFiles(int count, RandomGenerator random) {
    ManifestFilesBuilder builder = ManifestFiles.builder();
    for (int i = 0; i < count; i++) {
      String name = "pg_data/base/%d/%d".formatted(16384 + i / 10_000, 1_000_000 + i % 10_000 * 3);
      int size = 8192 * (1 + random.nextInt(30));
      builder.add(
          ManifestFile.found(
                  name, size, 1_795_000_000 + random.nextInt(1_000_000), 0600, "postgres", null)
              .withContent(size, hash(random))
              .withStored(1000 + random.nextInt(size), hash(random))
              .withReference(random.nextInt(4) == 0 ? null : FULL)
              .withBundle(1 + i / 300, random.nextInt(20_000_000))
              .withPageCheck(true, null));
    }
    return builder.build();
  }

  private static Sha1Hash hash(RandomGenerator random) {
    return new Sha1Hash(random.nextLong(), random.nextLong(), random.nextInt());
  }
}
