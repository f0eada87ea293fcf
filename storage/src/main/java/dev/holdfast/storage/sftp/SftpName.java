package dev.holdfast.storage.sftp;

/**
 * A name that the server gave.
 *
 * @param name the last part of a path, or a link's target
 * @param attributes what it stands for, links not followed; of no meaning for a link's target
 */
record SftpName(String name, SftpAttributes attributes) {}
