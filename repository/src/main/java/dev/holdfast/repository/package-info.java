/**
 * pgBackRest repository format 5, read and written so that pgBackRest cannot tell the difference.
 * This is the specification that the code follows.
 *
 * <h2>The tree</h2>
 *
 * <pre>{@code
 * archive/STANZA/archive.info, archive.info.copy     the clusters, and the WAL's passphrase
 * archive/STANZA/15-1/                               WAL of PostgreSQL 15, history id 1
 *     00000002.history                               a timeline's ancestry
 *     0000000100000000/                              the first 16 digits of what lies in it
 *         0000000100000000000000AB-SHA1.zst          a segment
 *         0000000100000000000000AC.partial-SHA1.zst  one that a promotion cut off
 *         0000000100000000000000AB.00000028.backup   what PostgreSQL notes of a base backup
 * backup/STANZA/backup.info, backup.info.copy        the backups, and the manifests' passphrase
 * backup/STANZA/latest                               a link to the newest backup, for people
 * backup/STANZA/backup.history/2026/LABEL.manifest.gz
 * backup/STANZA/LABEL/
 *     backup.manifest.copy, backup.manifest          the files, and their passphrase
 *     pg_data/..., pg_tblspc/16400/...               files stored by themselves: name and .gz,
 *                                                    .bz2, .lz4, .zst, or .pgbi (blocks)
 *     bundle/1                                       small files, one after another
 * }</pre>
 *
 * <p>{@link dev.holdfast.repository.RepositoryLayout} has every path. SHA1 in a segment's name is
 * of the WAL before compression and encryption; {@code .history} and {@code .backup} files have
 * none, and are never compressed. A history manifest is always gz, and filed under the year of its
 * chain's full backup. Temporary files begin with the name they will get and end in {@code .hftmp}.
 *
 * <h2>Stored bytes</h2>
 *
 * <p>A file is compressed, then encrypted ({@link dev.holdfast.repository.FileEncoding}). Encrypted
 * is AES-256-CBC behind {@code Salted__} and a salt of its own. <em>Raw</em> mode leaves out what
 * the reader knows anyway (the magic; gzip's and lz4's frames' checksums): it applies to files with
 * a block map, and to bundled files where the manifest says {@code backup-bundle-raw}. Bundled
 * files are compressed and encrypted each by itself. Of an empty file a bundled backup stores
 * nothing.
 *
 * <p>The passphrases form a chain, so that the one in the configuration can be changed without
 * touching data: configuration → info files; backup.info → manifests; manifest → files, new for
 * every full backup and kept through its chain; archive.info → WAL. All but the first are random
 * base64 text, used as it is.
 *
 * <p>A file with a block map ({@code bim} in the manifest) is stored as super blocks followed by
 * the map, the last {@code bim} bytes. The map is encrypted (raw) and not compressed.
 *
 * <h2>The info files and manifests</h2>
 *
 * <p>The text is described in {@link dev.holdfast.repository.ini}; it begins with the format's
 * number. Any other than 5 is refused by name, and so is {@code PGBR006_}, with which encrypted
 * files of format 6 begin. {@code backrest-version} is shown to people and compared when a backup
 * is resumed; ours is {@link dev.holdfast.repository.RepositoryFormat#VERSION}.
 *
 * <p>Three oddities of the format are kept: in archive.info's history {@code db-id} is the system
 * identifier; a backup's references are an array in backup.info, without the backup itself, and a
 * comma-separated string in the manifest, with it; in a manifest {@code [target:file]} comes before
 * the defaults that its lines leave out. The defaults are the owner and mode of {@code pg_data}; a
 * file's mode is that without execution and the world ({@code mode & 0640}).
 *
 * <h2>The order of writes, and what a crash leaves</h2>
 *
 * <ol>
 *   <li><b>Files and bundles.</b> A crash leaves a directory without any manifest: garbage, which
 *       the next backup removes.
 *   <li><b>{@code backup.manifest.copy}</b>, before the copying and now and then during it. A crash
 *       leaves a directory with the copy alone: an unfinished backup, which the next full backup
 *       resumes from what the copy says, or removes.
 *   <li><b>Everything durable</b>: files, bundles, directories.
 *   <li><b>The final copy, then {@code backup.manifest}.</b> The latter completes the backup. A
 *       crash after it leaves a complete backup that backup.info does not list: the next command
 *       that rebuilds backup.info from the directories adds it.
 *   <li><b>The history manifest, and {@code latest}.</b> Nothing depends on them.
 *   <li><b>backup.info, then backup.info.copy.</b> A crash between them leaves the copy one state
 *       behind; it is read only when the main file is missing or damaged.
 *   <li><b>archive.info and its copy</b>, unchanged, so that rules that delete old objects spare
 *       them.
 * </ol>
 *
 * <p>Removing goes the other way round: the manifests and their copies, those of the newest
 * dependants first; then backup.info; then the files. A crash in between leaves backup.info with
 * backups that have no manifest, which the next command that rebuilds it drops, or directories
 * without a manifest.
 *
 * <p>A segment is written under its final name exclusively: of several writers one succeeds, the
 * others find it there and compare. A crash leaves nothing, or a temporary name.
 *
 * <p>Info files and manifests are written whole and renamed into place. Reading tries the main
 * file, then the copy; what was read is believed only when the checksum at the end was right.
 */
@NullMarked
package dev.holdfast.repository;

import org.jspecify.annotations.NullMarked;
