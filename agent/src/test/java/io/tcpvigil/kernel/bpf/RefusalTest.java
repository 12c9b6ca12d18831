// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Capabilities;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.libc.SyscallNumbers;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {
    private static final long SYS_ADMIN = 1L << 21;
    private static final long PERFMON = 1L << 38;
    private static final long BPF = 1L << 39;

    private static SyscallException eperm() {
        return new SyscallException("bpf(BPF_MAP_CREATE)", 1);
    }

    private static Privileges privileges(String release, long effective) {
        return new Privileges(release, new Capabilities(effective, false), "none", 2);
    }

    @Test
    void namesTheRightsOfTheKernel() {
        assertEquals(
                Set.of(Missing.CAP_BPF, Missing.CAP_PERFMON),
                Refusal.of(eperm(), privileges("5.8.0", 0)).missing());
        assertEquals(
                Set.of(Missing.CAP_PERFMON),
                Refusal.of(eperm(), privileges("6.1.0-13-amd64", BPF)).missing());
        assertEquals(
                Set.of(Missing.CAP_BPF),
                Refusal.of(eperm(), privileges("6.1.0", PERFMON)).missing());
        assertEquals(
                Set.of(Missing.CAP_SYS_ADMIN),
                Refusal.of(eperm(), privileges("5.4.0-42-generic", BPF | PERFMON))
                        .missing());
        assertTrue(Refusal.of(eperm(), privileges("5.4.0", 0)).isRight());
        assertEquals(
                "kernel 5.4.0 does not let us probe: the right is missing: CAP_SYS_ADMIN"
                        + " (kernel.unprivileged_bpf_disabled is 2); run as root, or give the service"
                        + " AmbientCapabilities=CAP_SYS_ADMIN",
                Refusal.of(eperm(), privileges("5.4.0", 0)).message());
    }

    @Test
    void looksBehindARefusalOfSomebodyWithAllRights() {
        Privileges locked = new Privileges("6.1.0", new Capabilities(SYS_ADMIN, false), "confidentiality", 2);
        assertEquals(Set.of(Missing.LOCKDOWN), Refusal.of(eperm(), locked).missing());
        Privileges integrity = new Privileges("6.1.0", new Capabilities(SYS_ADMIN, false), "integrity", 2);
        assertEquals(Set.of(Missing.OTHER), Refusal.of(eperm(), integrity).missing());
        Privileges nested = new Privileges("6.1.0", new Capabilities(SYS_ADMIN, true), "none", 2);
        assertTrue(Refusal.of(eperm(), nested).message().contains("user namespace"));
        TransitionProbe.Unsupported other =
                Refusal.of(new IOException("what the kernel said"), privileges("6.1.0", SYS_ADMIN));
        assertTrue(other.message().endsWith("what the kernel said"), other.message());
    }

    @Test
    void knowsAKernelWithoutBpf() {
        TransitionProbe.Unsupported without =
                Refusal.of(new SyscallException("bpf(BPF_MAP_CREATE)", 38), privileges("6.1.0", 0));
        assertEquals(Set.of(Missing.BPF_SYSCALL), without.missing());
        assertTrue(without.message().contains("CONFIG_BPF_SYSCALL"), without.message());
    }

    @Test
    void keepsTheComplaintOfTheVerifier() {
        String log = "0: R1=ctx() R10=fp0\n0: (95) exit\nR0 !read_ok\nprocessed 1 insns (limit 1000000)\n";
        ProgramRejectedException rejected =
                new ProgramRejectedException(new SyscallException("bpf(BPF_PROG_LOAD)", 13), log);
        assertTrue(String.valueOf(rejected.getMessage()).endsWith(": R0 !read_ok"), rejected.getMessage());
        // Refused with a right that is there is no question of rights.
        assertEquals(
                Set.of(Missing.OTHER),
                Refusal.of(rejected, privileges("6.1.0", SYS_ADMIN)).missing());
    }

    @Test
    void knowsTheNumbersOfTwoCpus() {
        assertEquals(Optional.of(new SyscallNumbers(321, 298, 9)), SyscallNumbers.ofArchitecture("amd64"));
        assertEquals(Optional.of(new SyscallNumbers(280, 241, 222)), SyscallNumbers.ofArchitecture("aarch64"));
        assertEquals(Optional.empty(), SyscallNumbers.ofArchitecture("riscv64"));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "'0-3', 4", "'0-3,8', 9", "'0,2-5', 6"})
    void countsCpusToTheLast(String list, int count) throws IOException {
        assertEquals(count, TotalsReader.possibleCpus(list + "\n"));
        assertThrows(IOException.class, () -> TotalsReader.possibleCpus(list + "-"));
    }
}
