/** What backup.info says of the backups, told from the backups themselves. */
@NullMarked
package dev.holdfast.engine.catalog;

import org.jspecify.annotations.NullMarked;
