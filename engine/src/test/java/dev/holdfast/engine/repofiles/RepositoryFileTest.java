package dev.holdfast.engine.repofiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.cipher.BlockCipher;
import dev.holdfast.codec.cipher.CipherPass;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.repository.Repository;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryFileTest {
  private static final CipherPass PASS = new CipherPass("secret");
  private static final String INFO = "backup/main/backup.info";

  private final Storage storage = new MemoryStorage();
  private final Repository plain = new Repository(1, storage, Optional.empty());
  private final Repository encrypted = new Repository(1, storage, Optional.of(PASS));

  private void write(String path, String text, CipherPass pass) throws IOException {
    try (StorageOutput file = storage.write(path)) {
      OutputStream out = BlockCipher.encrypt(new Unclosed(file), pass, false);
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.close();
      file.commit();
    }
  }

  /** Keeps a file open that is not committed yet. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void close() {}
  }

  private static String text(InputStream stream) throws IOException {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void opensInfoFilesWithTheRepositorysPassphrase() throws IOException {
    write(INFO, "hello", PASS);
    RepositoryFile file = new RepositoryFile(encrypted, INFO);
    assertThat(text(file.openDecrypted(Optional.empty(), Optional.empty()))).isEqualTo("hello");
    assertThat(text(file.openRaw())).startsWith("Salted__");
  }

  @Test
  void prefersThePassphraseThatIsGiven() throws IOException {
    CipherPass other = new CipherPass("other");
    write("anything", "hello", other);
    RepositoryFile file = new RepositoryFile(encrypted, "anything");
    assertThat(text(file.openDecrypted(Optional.of(other), Optional.empty()))).isEqualTo("hello");
  }

  @Test
  void readsFilesOfAPlainRepositoryAsTheyAre() throws IOException {
    write(INFO, "hello", PASS);
    assertThat(
            text(new RepositoryFile(plain, INFO).openDecrypted(Optional.empty(), Optional.empty())))
        .startsWith("Salted__");
  }

  @Test
  void refusesAFileOfAnotherStanza() {
    StanzaName other = new StanzaName("other");
    assertThatThrownBy(() ->
            new RepositoryFile(encrypted, INFO).openDecrypted(Optional.empty(), Optional.of(other)))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("'other'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"backup/main", "other/main/backup.info", "x"})
  void knowsNoPassphraseForOtherPlaces(String path) {
    assertThatThrownBy(() ->
            new RepositoryFile(encrypted, path).openDecrypted(Optional.empty(), Optional.empty()))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID_VALUE));
  }
}
