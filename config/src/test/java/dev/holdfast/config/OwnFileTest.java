package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnFileTest {
  @ParameterizedTest
  @ValueSource(strings = {"config.jar", "with space+and%25.jar"})
  void theRegistryIsReadFromAnArchiveWhateverItsName(String name, @TempDir Path directory)
      throws Exception {
    Path archive = directory.resolve(name);
    archive(archive, Path.of("target/classes"));
    URL[] places = {archive.toUri().toURL()};
    ClassLoader parent = withoutOurs();
    try (URLClassLoader loader = new URLClassLoader(places, parent)) {
      Class<?> registry = loader.loadClass(OptionRegistry.class.getName());
      assertThat(registry).isNotSameAs(OptionRegistry.class);
      Object standard = registry.getMethod("standard").invoke(null);
      assertThat((Iterable<?>) registry.getMethod("options").invoke(standard)).isNotEmpty();
    }
  }

  /** The test's classes but those of this package, so that these come from the archive. */
  private static ClassLoader withoutOurs() {
    ClassLoader all = OwnFileTest.class.getClassLoader();
    return new ClassLoader(null) {
      @Override
      protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (name.startsWith("dev.holdfast.config.")) {
          throw new ClassNotFoundException(name);
        }
        return all.loadClass(name);
      }
    };
  }

  private static void archive(Path archive, Path classes) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(classes)) {
      files = found.filter(Files::isRegularFile).toList();
    }
    try (OutputStream out = Files.newOutputStream(archive);
        JarOutputStream jar = new JarOutputStream(out)) {
      for (Path file : files) {
        jar.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, jar);
      }
    }
  }
}
