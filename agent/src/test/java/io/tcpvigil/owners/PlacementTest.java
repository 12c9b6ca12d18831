// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static final String ID = "3f4a9c0d51e2b7866a1f0c9e8d7b6a5f4e3d2c1b0a9f8e7d6c5b4a3928170615";
    private static final String POD = "8d3f5a52-1c0e-4b8e-9a77-6a1d0b9f2e41";

    /** Paths as systemd 252, Docker 24, containerd 1.7, CRI-O 1.28, Podman 4.3, LXC 5 and kubelet 1.28 make them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "/ | - | - | /",
                "/init.scope | init.scope | - | init.scope",
                "/system.slice/nginx.service | nginx.service | - | nginx.service",
                "/system.slice/system-postgresql.slice/postgresql@15-main.service | postgresql@15-main.service | - "
                        + "| postgresql@15-main.service",
                "/system.slice/nginx.service/workers | nginx.service | - | nginx.service",
                "/user.slice/user-1000.slice/session-3.scope | session-3.scope | - | session-3.scope",
                "/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope | app-firefox.scope | - "
                        + "| app-firefox.scope",
                "/user.slice | user.slice | - | user.slice",
                "/docker/ID | - | docker | docker:3f4a9c0d51e2",
                "/system.slice/docker-ID.scope | docker-ID.scope | docker | docker:3f4a9c0d51e2",
                "/system.slice/docker-ID.scope/init.scope | init.scope | docker | docker:3f4a9c0d51e2",
                "/system.slice/docker.service | docker.service | - | docker.service",
                "/system.slice/containerd.service | containerd.service | - | containerd.service",
                "/default/ID | - | container | container:3f4a9c0d51e2",
                "/system.slice/nerdctl-ID.scope | nerdctl-ID.scope | containerd | containerd:3f4a9c0d51e2",
                "/machine.slice/libpod-ID.scope/container | libpod-ID.scope | podman | podman:3f4a9c0d51e2",
                "/machine.slice/libpod-conmon-ID.scope | libpod-conmon-ID.scope | - | libpod-conmon-ID.scope",
                "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope | libpod-ID.scope | podman "
                        + "| podman:3f4a9c0d51e2",
                "/libpod_parent/libpod-ID | - | podman | podman:3f4a9c0d51e2",
                "/machine.slice/machine-web1.scope | machine-web1.scope | nspawn | nspawn:web1",
                "/lxc.payload.mail | - | lxc | lxc:mail",
                "/lxc/mail | - | lxc | lxc:mail",
                "/ecs/8a1f/ID | - | container | container:3f4a9c0d51e2",
                "../../../system.slice/ssh.service | ssh.service | - | ssh.service",
            })
    void recognisesUnitsAndContainers(String path, String unit, String engine, String label) {
        Placement placement = Placement.of(path.replace("ID", ID));
        assertEquals(unit == null ? null : unit.replace("ID", ID), placement.unit());
        assertEquals(engine, placement.engine());
        assertEquals(label.replace("ID", ID), placement.label());
        assertEquals(null, placement.pod());
    }

    @ParameterizedTest
    @CsvSource({
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID_.slice/cri-containerd-ID.scope, containerd",
        "/kubepods.slice/kubepods-podUID_.slice/crio-ID.scope, cri-o",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice/docker-ID.scope, docker",
        "/kubepods/besteffort/podUID/ID, containerd",
        "/kubepods/burstable/podUID/crio-ID, cri-o",
        "/system.slice/containerd.service/kubepods-burstable-podUID_.slice:cri-containerd:ID, containerd",
        "/kubelet.slice/kubelet-kubepods.slice/kubepods-podUID_.slice/cri-containerd-ID.scope, containerd",
    })
    void recognisesPods(String path, String engine) {
        Placement placement = Placement.of(
                path.replace("UID_", POD.replace('-', '_')).replace("UID", POD).replace("ID", ID));
        assertEquals(engine, placement.engine());
        assertEquals(ID, placement.container());
        assertEquals(POD, placement.pod());
    }

    @Test
    void choosesTheHierarchyThatSaysMost() {
        assertEquals(
                "/system.slice/a.service",
                Placement.ofProcFile("0::/system.slice/a.service\n").path());
        assertEquals(
                "/system.slice/b.service",
                Placement.ofProcFile("9:name=systemd:/system.slice/b.service\n4:memory:/x\n0::/\n")
                        .path());
        assertEquals(
                "/docker/" + ID,
                Placement.ofProcFile("9:name=systemd:/\n4:memory:/docker/" + ID + "\n0::/\n")
                        .path());
        assertEquals("/", Placement.ofProcFile("9:name=systemd:/\n0::/\n").path());
        assertTrue(Placement.ofProcFile("").isUnknown());
        assertEquals("?", Placement.UNKNOWN.label());
    }

    @Test
    void findsAGroupByItsIdAndWalksOnceForOneThatIsGone(@TempDir Path mount) throws IOException {
        Path unit = Files.createDirectories(mount.resolve("system.slice/nginx.service"));
        CgroupTree tree = new CgroupTree(mount);
        long id = (Long) Files.getAttribute(unit, "unix:ino");
        assertEquals("nginx.service", tree.placement(id).label());
        assertEquals("/system.slice/nginx.service", tree.placement(id).path());
        assertEquals("?", tree.placement(4711_000_000_000L).label());
        assertEquals("?", tree.placement(4711_000_000_000L).label());
        assertEquals("?", tree.placement(0).label());
        assertEquals(2, tree.walks());
        Path later = Files.createDirectories(mount.resolve("system.slice/later.service"));
        long laterId = (Long) Files.getAttribute(later, "unix:ino");
        assertEquals("later.service", tree.placement(laterId).label());
        // Many at once cost one walk, and only if one of them is new.
        tree.prepare(Set.of(0L, id, laterId, 4712_000_000_000L, 4713_000_000_000L));
        assertEquals(4, tree.walks());
        assertEquals("nginx.service", tree.placement(id).label());
        assertEquals("?", tree.placement(4713_000_000_000L).label());
        tree.prepare(Set.of(id, 4712_000_000_000L));
        assertEquals(4, tree.walks());
    }
}
