// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;

/**
 * Where systemd or a container engine put a process, as the path of its control group says (systemd.unit(5), and the
 * directories that runc, crun and the kubelet make).
 *
 * @param path the control group, such as {@code /system.slice/nginx.service}; empty when not known
 * @param unit the innermost systemd service or scope, else the slice; null when systemd did not make the group
 * @param engine the name of the engine (Docker, containerd, CRI-O, Podman, LXC, nspawn) in small letters, or a general word
 *     when the path does not tell which; null outside containers
 * @param container the id of the container, or its name where it has no id; null outside containers
 * @param pod the uid of the Kubernetes pod; null outside of one
 */
public record Placement(
        String path,
        @Nullable String unit,
        @Nullable String engine,
        @Nullable String container,
        @Nullable String pod) {
    /** A control group that is not known. */
    public static final Placement UNKNOWN = new Placement("", null, null, null, null);

    private static final int ID_LENGTH = 64;
    private static final int SHORT_ID_LENGTH = 12;
    private static final int POD_UID_LENGTH = 36;
    private static final String[][] SCOPES = {
        {"docker-", "docker"},
        {"cri-containerd-", "containerd"},
        {"nerdctl-", "containerd"},
        {"crio-", "cri-o"},
        {"libpod-", "podman"},
    };

    /** Reads a path as {@code /proc/PID/cgroup} gives it. */
    static Placement of(String path) {
        String unit = null;
        String slice = null;
        String engine = null;
        String container = null;
        String pod = null;
        for (int at = 0; at < path.length(); ) {
            int slash = path.indexOf('/', at);
            int end = slash < 0 ? path.length() : slash;
            String name = path.substring(at, end);
            String parent = at < 2 ? "" : path.substring(path.lastIndexOf('/', at - 2) + 1, at - 1);
            at = end + 1;
            if (name.endsWith(".service") || name.endsWith(".scope")) {
                unit = name;
            } else if (name.endsWith(".slice")) {
                slice = name;
            }
            String podHere = podUid(name);
            pod = podHere == null ? pod : podHere;
            String[] found = container(name, parent, pod != null);
            if (found.length == 2) {
                engine = found[0];
                container = found[1];
            }
        }
        return new Placement(path, unit == null ? slice : unit, engine, container, pod);
    }

    /** The engine and the id, if the name is that of a container's group. */
    private static String[] container(String name, String parent, boolean inPod) {
        if (name.endsWith(".scope")) {
            for (String[] scope : SCOPES) {
                String id = name.substring(0, name.length() - ".scope".length());
                if (id.startsWith(scope[0]) && isId(id, scope[0].length())) {
                    return new String[] {scope[1], id.substring(scope[0].length())};
                }
            }
            return parent.equals("machine.slice") && name.startsWith("machine-")
                    ? new String[] {"nspawn", name.substring("machine-".length(), name.length() - ".scope".length())}
                    : new String[0];
        }
        // containerd with groups named for systemd but made without it: SLICE:cri-containerd:ID.
        int colon = name.lastIndexOf(':');
        if (colon > 0 && isId(name, colon + 1)) {
            return new String[] {
                name.startsWith("crio", name.lastIndexOf(':', colon - 1) + 1) ? "cri-o" : "containerd",
                name.substring(colon + 1)
            };
        }
        if (isId(name, 0)) {
            String engine = parent.equals("docker") ? "docker" : inPod ? "containerd" : "container";
            return new String[] {parent.equals("libpod_parent") ? "podman" : engine, name};
        }
        if (name.startsWith("libpod-") && isId(name, "libpod-".length())) {
            return new String[] {"podman", name.substring("libpod-".length())};
        }
        if (name.startsWith("crio-") && isId(name, "crio-".length())) {
            return new String[] {"cri-o", name.substring("crio-".length())};
        }
        if (name.startsWith("lxc.payload.")) {
            return new String[] {"lxc", name.substring("lxc.payload.".length())};
        }
        return parent.equals("lxc") ? new String[] {"lxc", name} : new String[0];
    }

    /** Whether the rest of {@code name} is 64 hexadecimal digits. */
    private static boolean isId(String name, int from) {
        if (name.length() - from != ID_LENGTH) {
            return false;
        }
        for (int i = from; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** The uid in {@code podUID} or {@code kubepods-burstable-podUID.slice}, whose dashes are then underlines. */
    private static @Nullable String podUid(String name) {
        int at = name.startsWith("pod") ? 3 : name.startsWith("kubepods") ? name.indexOf("-pod") + 4 : -1;
        if (at < 3 || name.length() < at + POD_UID_LENGTH) {
            return null;
        }
        String uid = name.substring(at, at + POD_UID_LENGTH).replace('_', '-');
        return uid.charAt(8) == '-' && uid.charAt(13) == '-' && uid.charAt(23) == '-' ? uid : null;
    }

    /** Whether nothing at all is known. */
    public boolean isUnknown() {
        return path.isEmpty();
    }

    /** What people call the place: the container with a short id, else the unit, else the path, else {@code ?}. */
    public String label() {
        if (container != null && engine != null) {
            String shortId = isId(container, 0) ? container.substring(0, SHORT_ID_LENGTH) : container;
            return engine + ":" + shortId;
        }
        return unit != null ? unit : path.isEmpty() ? "?" : path;
    }

    /**
     * Chooses the line of {@code /proc/PID/cgroup} that says most: the unified hierarchy ({@code 0::PATH}), else systemd's
     * own, else the first one that is not the root (cgroups(7)).
     */
    static Placement ofProcFile(String text) {
        String unified = "";
        String systemd = "";
        String other = "";
        for (int at = 0; at < text.length(); ) {
            int newline = text.indexOf('\n', at);
            int end = newline < 0 ? text.length() : newline;
            int first = text.indexOf(':', at);
            int second = first < 0 ? -1 : text.indexOf(':', first + 1);
            if (second > 0 && second < end) {
                String controllers = text.substring(first + 1, second);
                String path = text.substring(second + 1, end);
                if (controllers.isEmpty()) {
                    unified = path;
                } else if (controllers.equals("name=systemd")) {
                    systemd = path;
                } else if (path.length() > other.length() && path.length() > 1) {
                    other = path;
                }
            }
            at = end + 1;
        }
        String chosen = unified.length() > 1 ? unified : systemd.length() > 1 ? systemd : other;
        return of(chosen.isEmpty() ? unified : chosen);
    }
}
