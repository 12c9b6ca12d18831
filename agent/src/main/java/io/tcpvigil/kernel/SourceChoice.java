// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.util.function.LongSupplier;

/**
 * The best source that works, chosen anew for each sample: netlink, and {@code /proc} when netlink fails. A source that
 * failed is tried again after a pause that doubles from 1 s to 1 min, so that a fallback is never for life.
 */
public final class SourceChoice implements AutoCloseable {
    /**
     * Which source filled the table.
     *
     * @param source its name
     * @param reason why it was not the better one; null when it is the best
     * @param showsBound whether bound sockets that are in no state are among the rows
     */
    public record Used(String source, @Nullable String reason, boolean showsBound) {}

    private final SocketSource preferred;
    private final @Nullable SocketSource fallback;
    private final Retry retry;

    private @Nullable String failure;
    private long failures;

    /**
     * @param fallback used while the preferred one fails; null for none
     * @param nanoClock monotonic time in nanoseconds, for the pauses
     */
    public SourceChoice(SocketSource preferred, @Nullable SocketSource fallback, LongSupplier nanoClock) {
        this.preferred = preferred;
        this.fallback = fallback;
        this.retry = new Retry(nanoClock);
    }

    /** No choice at all: what {@code source} cannot read stays unread. */
    public static SourceChoice only(SocketSource source) {
        return new SourceChoice(source, null, System::nanoTime);
    }

    /** Fills {@code table} from the best source that works; its coverage tells whether one did. */
    public Used dump(SocketQuery query, SocketTable table) {
        if (fallback == null) {
            preferred.dump(query, table);
            if (!table.coverage().isComplete()) {
                failures++;
            }
            return new Used(preferred.name(), null, preferred.showsBound());
        }
        String why = failure;
        if (why == null || retry.isDue()) {
            preferred.dump(query, table);
            if (table.coverage().isComplete()) {
                failure = null;
                retry.worked();
                return new Used(preferred.name(), null, preferred.showsBound());
            }
            why = noteFailure(table.coverage().reason());
        }
        fallback.dump(query, table);
        Coverage coverage = table.coverage();
        if (coverage.extent() == Coverage.Extent.FAILED) {
            table.coverage(Coverage.failed(why + "; " + coverage.reason()));
        }
        return new Used(fallback.name(), why, fallback.showsBound());
    }

    private String noteFailure(String reason) {
        failures++;
        failure = reason;
        retry.failed();
        return reason;
    }

    /** How often the better source has failed. */
    public long failures() {
        return failures;
    }

    @Override
    public void close() {
        preferred.close();
        if (fallback != null) {
            fallback.close();
        }
    }
}
