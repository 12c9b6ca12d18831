// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells that a file is another one, or has another content, without reading it.
 *
 * @param file device and inode: editors write a new file and rename it
 */
record FileStamp(Object file, FileTime modified, long bytes) {
    /** Of a file, or of what a link leads to; null when there is none that could be read. */
    static @Nullable FileStamp of(Path path) {
        if (!path.toFile().exists()) {
            // Looked for every second or two, and most hosts have none: without an exception it is cheap.
            return null;
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            Object file = attributes.fileKey();
            return new FileStamp(file == null ? path : file, attributes.lastModifiedTime(), attributes.size());
        } catch (IOException none) {
            // Whether it ought to be there is told by who reads it.
            return null;
        }
    }
}
