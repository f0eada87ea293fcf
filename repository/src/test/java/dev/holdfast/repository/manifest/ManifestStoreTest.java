package dev.holdfast.repository.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestStoreTest {
  private static final StanzaName STANZA = new StanzaName("demo");
  private static final Set<ErrorCode> DAMAGE =
      EnumSet.of(ErrorCode.CHECKSUM, ErrorCode.FORMAT, ErrorCode.CRYPTO);
  private static final byte[] GOOD = write(SampleManifests.manifest(SampleManifests.someFiles()));

  private static byte[] write(Manifest manifest) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    ManifestStore.write(manifest, text);
    return text.toByteArray();
  }

  private static Manifest read(byte[] text) {
    return ManifestStore.read(new ByteArrayInputStream(text));
  }

  @Test
  void readsWhatItWrote() {
    Manifest manifest = SampleManifests.manifest(SampleManifests.someFiles());
    Manifest again = read(GOOD);
    assertThat(again.files()).containsExactlyElementsOf(manifest.files());
    assertThat(again.withFiles(manifest.files())).isEqualTo(manifest);
    assertThat(write(again)).isEqualTo(GOOD);
  }

  @Test
  void leavesOutWhatReadersAssume() {
    String text = new String(GOOD, StandardCharsets.UTF_8);
    assertThat(text)
        .contains("\n[target:file:default]\ngroup=false\nmode=\"0600\"\nuser=\"postgres\"\n")
        .contains("\n[target:path:default]\ngroup=false\nmode=\"0700\"\nuser=\"postgres\"\n")
        .contains(
            "\npg_data/empty={\"group\":\"staff\",\"mode\":\"0640\",\"repo-size\":0,"
                .replace("\"repo-size\":0,", ""))
        .contains(
            "\npg_data/base/1/2={\"bi\":2,\"bic\":7,\"bim\":4321,\"bni\":7,\"bno\":123456789012,")
        .contains("\"size\":7,\"szo\":5,")
        .contains("\n[cipher]\ncipher-pass=\"sub-pass=1\"\n\n[db]\n")
        .contains("\noption-compress-level=4294967293\n")
        .contains("\npg_data=")
        .contains("\npg_data={}\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void savesTheCopyTheManifestAndTheHistory(boolean encrypted) {
    Storage storage = new MemoryStorage();
    Optional<CipherPass> pass = encrypted ? Optional.of(new CipherPass("p")) : Optional.empty();
    ManifestStore store = new ManifestStore(storage, STANZA, pass);
    Manifest manifest = SampleManifests.manifest(SampleManifests.someFiles());
    store.saveCopy(manifest);
    assertThat(store.isComplete(SampleManifests.INCR)).isFalse();
    assertThat(write(store.loadCopy(SampleManifests.INCR))).isEqualTo(GOOD);
    store.save(manifest);
    assertThat(store.isComplete(SampleManifests.INCR)).isTrue();
    assertThat(write(store.load(SampleManifests.INCR))).isEqualTo(GOOD);
    assertThat(write(store.loadHistory(SampleManifests.INCR))).isEqualTo(GOOD);
    storage.remove(RepositoryLayout.manifest(STANZA, SampleManifests.INCR));
    assertThat(write(store.load(SampleManifests.INCR))).isEqualTo(GOOD);
    store.linkLatest(SampleManifests.INCR);
    assertThat(storage.info(RepositoryLayout.latest(STANZA)).orElseThrow().linkTarget())
        .isEqualTo(SampleManifests.INCR.text());
  }

  @Test
  void refusesToCompleteABackupWhoseFilesLackChecksums() {
    ManifestStore store = new ManifestStore(new MemoryStorage(), STANZA, Optional.empty());
    Manifest manifest =
        SampleManifests.manifest(
            ManifestFiles.of(
                java.util.List.of(ManifestFile.found("pg_data/x", 5, 1, 0600, "u", "g"))));
    store.saveCopy(manifest);
    assertThat(store.loadCopy(SampleManifests.INCR).files().get(0).checksum()).isNull();
    assertThatThrownBy(() -> store.save(manifest))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("missing checksum for file 'pg_data/x'");
    assertThat(store.isComplete(SampleManifests.INCR)).isFalse();
  }

  @Test
  void readsManifestsFromBeforeTheListOfReferences() {
    String text = new String(GOOD, StandardCharsets.UTF_8);
    int start = text.indexOf("backup-reference");
    String older = text.substring(0, start) + text.substring(text.indexOf('\n', start) + 1);
    assertThatThrownBy(() -> read(older.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.CHECKSUM);
              String actual = e.getMessage().split("'", -1)[1];
              String wanted = e.getMessage().split("'", -1)[3];
              Manifest manifest =
                  read(older.replace(wanted, actual).getBytes(StandardCharsets.UTF_8));
              assertThat(manifest.data().references())
                  .containsExactly(SampleManifests.FULL, SampleManifests.INCR);
            });
  }

  @Test
  void noticesEveryFlippedByteAndEveryTruncation() {
    for (int i = 0; i < GOOD.length; i++) {
      byte[] flipped = GOOD.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      expectDamageOrTheSame(flipped);
      expectDamageOrTheSame(Arrays.copyOf(GOOD, i));
    }
  }

  @Property(tries = 5000)
  void neverReadsSomethingElseFromDamagedText(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] text = GOOD.clone();
    for (int change = random.nextInt(4); change >= 0; change--) {
      int at = random.nextInt(text.length);
      int length = Math.min(1 + random.nextInt(20), text.length - at);
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] noise = new byte[length];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, text, at, length);
        }
        case 1 -> text = without(text, at, length);
        case 2 -> {
          int from = random.nextInt(text.length - length + 1);
          System.arraycopy(text.clone(), from, text, at, length);
        }
        default ->
            text[at] =
                "{}[]\",:=\n\\09a".getBytes(StandardCharsets.US_ASCII)[random.nextInt(14) % 13];
      }
    }
    expectDamageOrTheSame(text);
  }

  @Property(tries = 2000)
  void neverHangsOnNoise(@ForAll byte[] noise) {
    assertThatThrownBy(() -> read(noise)).isInstanceOf(HoldfastException.class);
  }

  private static byte[] without(byte[] text, int at, int length) {
    byte[] shorter = Arrays.copyOf(text, text.length - length);
    System.arraycopy(text, at + length, shorter, at, text.length - at - length);
    return shorter;
  }

  private static void expectDamageOrTheSame(byte[] text) {
    try {
      assertThat(write(read(text))).isEqualTo(GOOD);
    } catch (HoldfastException e) {
      assertThat(DAMAGE).as("%s", e).contains(e.code());
    }
  }
}
