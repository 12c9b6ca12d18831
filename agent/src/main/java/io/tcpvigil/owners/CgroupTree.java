// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * From the id of a control group, which is the inode number of its directory in the unified hierarchy, to its path. The
 * tree is walked when an id is asked for that was not there at the last walk, and not again for ids that were missing then.
 */
public final class CgroupTree {
    /** No host has so many groups unless something makes them without end. */
    private static final int MOST = 50_000;

    private final Path mount;
    private final Map<Long, Placement> byId = new HashMap<>();
    private int walks;

    /** @param mount where the unified hierarchy (version 2) is mounted */
    CgroupTree(Path mount) {
        this.mount = mount;
    }

    /** The tree of this host; on one with both versions, the unified one is beside the old ones (cgroups(7)). */
    public static CgroupTree usual() {
        Path beside = Path.of("/sys/fs/cgroup/unified");
        return new CgroupTree(Files.isDirectory(beside) ? beside : Path.of("/sys/fs/cgroup"));
    }

    int walks() {
        return walks;
    }

    /** Where a socket of this group belongs; {@link Placement#UNKNOWN} when the group is gone or out of sight. */
    public Placement placement(long id) {
        if (id == 0) {
            return Placement.UNKNOWN;
        }
        Placement known = byId.get(id);
        if (known == null) {
            walk();
            known = byId.computeIfAbsent(id, gone -> Placement.UNKNOWN);
        }
        return known;
    }

    /** Looks for all of these groups with one walk at most, and forgets all that are neither there nor among them. */
    public void prepare(Set<Long> ids) {
        if (!byId.keySet().containsAll(ids)) {
            byId.clear();
            walk();
            ids.forEach(id -> byId.putIfAbsent(id, Placement.UNKNOWN));
        }
    }

    private void walk() {
        walks++;
        byId.values().removeIf(placement -> !placement.isUnknown());
        ArrayDeque<Path> open = new ArrayDeque<>();
        open.add(mount);
        while (!open.isEmpty() && byId.size() < MOST) {
            Path directory = open.remove();
            Long inode = inode(directory);
            if (inode != null) {
                byId.put(inode, Placement.of("/" + mount.relativize(directory)));
                addChildren(directory, open);
            }
        }
    }

    private static @Nullable Long inode(Path directory) {
        try {
            return (Long) Files.getAttribute(directory, "unix:ino");
        } catch (IOException | UnsupportedOperationException gone) {
            return null;
        }
    }

    private static void addChildren(Path directory, ArrayDeque<Path> open) {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, Files::isDirectory)) {
            children.forEach(open::add);
        } catch (IOException | DirectoryIteratorException removedMeanwhile) {
            // A group that goes while the tree is walked has no sockets to be named.
            return;
        }
    }
}
