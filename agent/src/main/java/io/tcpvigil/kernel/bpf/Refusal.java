// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.SyscallException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.EnumSet;
import java.util.Set;

/** Finds out what a failure means: what is missing, and one line that says what to do. */
final class Refusal {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int ENOSYS = 38;

    private Refusal() {}

    static TransitionProbe.Unsupported of(IOException failure, Privileges privileges) {
        SyscallException call = call(failure);
        boolean denied = failure instanceof AccessDeniedException
                || (call != null && (call.errno() == EPERM || call.errno() == EACCES));
        if (call != null && call.errno() == ENOSYS) {
            return unsupported(
                    EnumSet.of(Missing.BPF_SYSCALL),
                    privileges,
                    "it has no " + call.operation()
                            + ": it was built without CONFIG_BPF_SYSCALL (or CONFIG_PERF_EVENTS),"
                            + " or a sandbox hides it");
        }
        Set<Missing> missing = privileges.missing();
        if (denied && !missing.isEmpty()) {
            return unsupported(missing, privileges, rights(missing, privileges));
        }
        if (privileges.isLockedDown()) {
            return unsupported(
                    EnumSet.of(Missing.LOCKDOWN),
                    privileges,
                    "it is locked down (confidentiality): only a boot with lockdown=integrity or none allows it");
        }
        if (denied && privileges.capabilities().ownUserNamespace()) {
            return unsupported(
                    EnumSet.of(Missing.OTHER),
                    privileges,
                    "rights inside a user namespace do not count: run it in the first user namespace of the host");
        }
        return unsupported(EnumSet.of(Missing.OTHER), privileges, String.valueOf(failure.getMessage()));
    }

    /** When neither way to hang on the tracepoint is there. */
    static TransitionProbe.Unsupported ofTracepoint(IOException types, IOException tracefs, Privileges privileges) {
        String causes = "kernel types: " + types.getMessage() + "; tracefs: " + describe(tracefs);
        return unsupported(
                EnumSet.of(Missing.TRACEFS),
                privileges,
                "neither the kernel's types (CONFIG_DEBUG_INFO_BTF) nor tracefs can be read; mount it with"
                        + " 'mount -t tracefs tracefs /sys/kernel/tracing' and run as root (" + causes + ")");
    }

    private static String describe(IOException failure) {
        return failure instanceof AccessDeniedException denied
                ? denied.getFile() + " is not for this user"
                : String.valueOf(failure.getMessage());
    }

    private static String rights(Set<Missing> missing, Privileges privileges) {
        StringBuilder text = new StringBuilder("the right is missing: ");
        String lead = "";
        for (Missing each : missing) {
            text.append(lead).append(each.name());
            lead = " and ";
        }
        if (privileges.unprivilegedBpfDisabled() > 0) {
            text.append(" (kernel.unprivileged_bpf_disabled is ")
                    .append(privileges.unprivilegedBpfDisabled())
                    .append(')');
        }
        return text.append("; run as root, or give the service AmbientCapabilities=")
                .append(missing.contains(Missing.CAP_SYS_ADMIN) ? "CAP_SYS_ADMIN" : "CAP_BPF CAP_PERFMON")
                .toString();
    }

    private static TransitionProbe.Unsupported unsupported(Set<Missing> missing, Privileges privileges, String why) {
        return new TransitionProbe.Unsupported(
                missing, privileges.release(), "kernel " + privileges.release() + " does not let us probe: " + why);
    }

    private static @Nullable SyscallException call(IOException failure) {
        if (failure instanceof ProgramRejectedException rejected) {
            return rejected.failure();
        }
        return failure instanceof SyscallException call ? call : null;
    }
}
