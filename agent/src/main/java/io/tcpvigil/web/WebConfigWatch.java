// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.export.WebStatus;
import io.tcpvigil.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;

/**
 * The configuration in force. When one of its files changes, all are read anew, and what they say replaces the old as a whole;
 * if they cannot be used, the old stays, and one line says why.
 */
final class WebConfigWatch {
    private static final long LOOK_MILLIS = 1000;

    private final @Nullable Path file;
    private final WebLog log;
    private final CountDownLatch stopping = new CountDownLatch(1);

    private volatile WebConfig current;
    private volatile WebStatus.Config status =
            new WebStatus.Config(0, 0, true, Instant.now().getEpochSecond());
    /** Of the files when they were last read; under the lock of this. */
    private String lastSeen;

    /**
     * @param file null for none
     * @throws YamlException if the file cannot be used
     */
    WebConfigWatch(@Nullable Path file, WebLog log) {
        this.file = file;
        this.log = log;
        if (file == null) {
            this.current = WebConfig.PLAIN;
            this.lastSeen = "";
            return;
        }
        this.current = WebConfigFile.read(file);
        this.lastSeen = state(current.files());
    }

    void start() {
        if (file != null) {
            Thread looks = new Thread(this::lookAgainAndAgain, "web-config");
            looks.setDaemon(true);
            looks.start();
        }
    }

    private void lookAgainAndAgain() {
        try {
            while (!stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    void stop() {
        stopping.countDown();
    }

    /** Reads the files if they are not what they were when they were read last. */
    synchronized void look() {
        if (file == null) {
            return;
        }
        // What a new version names besides is looked at from when that version is in force.
        String now = state(current.files());
        if (now.equals(lastSeen)) {
            return;
        }
        lastSeen = now;
        try {
            WebConfig next = WebConfigFile.read(file);
            if ((next.tls() == null) != (current.tls() == null)) {
                throw new IllegalArgumentException(file + ": to switch TLS on or off, start tcpvigil anew");
            }
            current = next;
            lastSeen = state(next.files());
            log.notice("web: " + file + " has changed and is in force");
            // Last: who sees the count can rely on the line being out.
            status = new WebStatus.Config(
                    status.reloads() + 1,
                    status.failedReloads(),
                    true,
                    Instant.now().getEpochSecond());
        } catch (IllegalArgumentException | IllegalStateException | YamlException wrong) {
            log.warning("web: the old configuration stays in force: " + wrong.getMessage());
            status = new WebStatus.Config(status.reloads(), status.failedReloads() + 1, false, status.takenSeconds());
        }
    }

    private static String state(List<Path> files) {
        StringBuilder state = new StringBuilder();
        for (Path each : files) {
            try {
                BasicFileAttributes is = Files.readAttributes(each, BasicFileAttributes.class);
                state.append(is.fileKey())
                        .append(' ')
                        .append(is.size())
                        .append(' ')
                        .append(is.lastModifiedTime());
            } catch (IOException gone) {
                state.append(gone.getClass().getName());
            }
            state.append('\n');
        }
        return state.toString();
    }

    WebConfig current() {
        return current;
    }

    /** An engine for one client; only where TLS is on. */
    SSLEngine engine() {
        Tls tls = current.tls();
        if (tls == null) {
            throw new IllegalStateException("TLS was on when the port was opened");
        }
        return tls.engine();
    }

    /** What became of changed files. */
    WebStatus.Config status() {
        return status;
    }
}
