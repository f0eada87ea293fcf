package dev.holdfast.engine.info;

import dev.holdfast.repository.info.BackupEntry;
import dev.holdfast.repository.manifest.Manifest;
import dev.holdfast.repository.manifest.ManifestDb;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.repository.manifest.ManifestTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What a report takes out of backup.info's sizes and a manifest. */
final class BackupDetails {
  private static final Set<String> TEMPLATES = Set.of("template0", "template1");
  private static final String DATA_PREFIX = ManifestTarget.PG_DATA + "/";

  private BackupDetails() {}

  static InfoReport.Sizes sizes(BackupEntry.Sizes sizes) {
    // With block maps the size of the set in the repository is not known.
    return new InfoReport.Sizes(
        sizes.size(),
        sizes.sizeDelta(),
        sizes.repoSizeMap() == null ? OptionalLong.of(sizes.repoSize()) : OptionalLong.empty(),
        sizes.repoSizeDelta(),
        Optional.ofNullable(sizes.repoSizeMap()),
        Optional.ofNullable(sizes.repoSizeMapDelta()));
  }

  static InfoReport.Details of(Manifest manifest) {
    List<InfoReport.NamedOid> databases = new ArrayList<>();
    for (ManifestDb database : manifest.databases()) {
      if (!TEMPLATES.contains(database.name())) {
        databases.add(new InfoReport.NamedOid(database.name(), database.id()));
      }
    }
    List<InfoReport.Link> links = new ArrayList<>();
    List<InfoReport.Tablespace> tablespaces = new ArrayList<>();
    for (ManifestTarget target : manifest.targets()) {
      if (target.type() != ManifestTarget.Type.LINK) {
        continue;
      }
      String tablespace = target.tablespaceName();
      if (tablespace != null) {
        tablespaces.add(
            new InfoReport.Tablespace(tablespace, target.tablespaceId(), target.path()));
      } else if (target.file() != null) {
        links.add(new InfoReport.Link(target.file(), target.path() + "/" + target.file()));
      } else {
        links.add(new InfoReport.Link(inDataDirectory(target.name()), target.path()));
      }
    }
    List<String> pageErrors = new ArrayList<>();
    for (ManifestFile file : manifest.files()) {
      if (file.hasPageErrors()) {
        pageErrors.add(inDataDirectory(file.name()));
      }
    }
    return new InfoReport.Details(databases, links, tablespaces, pageErrors);
  }

  private static String inDataDirectory(String name) {
    return name.startsWith(DATA_PREFIX) ? name.substring(DATA_PREFIX.length()) : name;
  }
}
