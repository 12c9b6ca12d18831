// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.config.Configuration;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.web.WebSettings;
import io.tcpvigil.yaml.YamlException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The settings in force, read again when somebody asks for it or the file has changed: all of it or nothing. What is wrong with a
 * new file is said once, and everything stays as it was.
 *
 * <p>{@link #request} and {@link #status} are for any thread; all else is for the one that samples.
 */
public final class LiveSettings {
    /** How often the file is looked at: one stat(2). */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SettingsSource source;
    private final Log log;
    private final Observer observer;
    private final InstantSource wallClock;
    private final LongSupplier nanoClock;
    private final AtomicBoolean requested = new AtomicBoolean();
    /** What those parts run with that are set up at the start only. */
    private final Configuration atStart;

    private Configuration inForce;
    private @Nullable FileStamp read;
    private @Nullable FileStamp seen;
    private long lookedNanos;
    private volatile ConfigStatus status;

    /** Is told before and after each time that the file is read again. */
    public interface Observer {
        void reloading();

        /** Whatever came of it. */
        void reloaded();
    }

    /**
     * Reads them for the first time.
     *
     * @throws YamlException if the file cannot be used
     * @throws IllegalArgumentException if a flag has a wrong value
     */
    public LiveSettings(
            SettingsSource source, Log log, Observer observer, InstantSource wallClock, LongSupplier nanoClock) {
        this.source = source;
        this.log = log;
        this.observer = observer;
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
        this.lookedNanos = nanoClock.getAsLong();
        this.read = FileStamp.of(source.file());
        this.seen = read;
        this.atStart = source.read();
        this.inForce = atStart;
        this.status = ConfigStatus.atStart(source.file().toString(), wallClock.instant());
    }

    /** Those that are in force; parts that are set up at the start only may still run with what was said then. */
    public Settings settings() {
        return Settings.of(inForce);
    }

    /**
     * How the web server is to be run, with host names looked up.
     *
     * @throws YamlException if the file names a host or a file that there is not
     * @throws IllegalArgumentException if a flag does
     */
    public WebSettings web() {
        return Settings.web(inForce);
    }

    /** What became of reading them. */
    public ConfigStatus status() {
        return status;
    }

    /** Asks for them to be read again. */
    public void request() {
        requested.set(true);
    }

    /** Reads them again if it is time to; the new ones when there are new ones, else null. */
    @Nullable
    Settings poll() {
        boolean asked = requested.getAndSet(false);
        if (!asked && !hasChanged()) {
            return null;
        }
        observer.reloading();
        try {
            return reload(asked ? "as was asked for" : "as its file has changed");
        } finally {
            observer.reloaded();
        }
    }

    /** A file is taken once it has stood still from one look to the next: not while somebody writes it. */
    private boolean hasChanged() {
        long now = nanoClock.getAsLong();
        if (now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = now;
        FileStamp before = seen;
        seen = FileStamp.of(source.file());
        return Objects.equals(seen, before) && !Objects.equals(seen, read);
    }

    private @Nullable Settings reload(String why) {
        read = FileStamp.of(source.file());
        seen = read;
        Configuration changed;
        Settings settings;
        try {
            changed = source.read();
            settings = Settings.of(changed);
        } catch (RuntimeException wrong) {
            String problem = wrong instanceof YamlException ? wrong.getMessage() : "a defect of tcpvigil: " + wrong;
            status = status.failed(String.valueOf(problem));
            log.say(
                    Log.Priority.ERROR,
                    "configuration read again, " + why + ", and everything stays as it was: " + problem);
            return null;
        }
        List<String> needRestart = new ArrayList<>();
        for (Configuration.Entry<?> entry : changed.changedSince(atStart)) {
            if (!entry.key().live()) {
                needRestart.add(entry.key().name());
            }
        }
        log.say(
                needRestart.isEmpty() ? Log.Priority.INFO : Log.Priority.WARNING,
                "configuration read again, " + why + ": " + told(changed, needRestart));
        inForce = changed;
        status = status.succeeded(wallClock.instant(), needRestart);
        return settings;
    }

    private String told(Configuration changed, List<String> needRestart) {
        List<String> changes = new ArrayList<>();
        for (Configuration.Entry<?> entry : changed.changedSince(inForce)) {
            if (entry.key().live()) {
                changes.add(entry.key().name() + " is now " + entry.text());
            }
        }
        for (String name : needRestart) {
            changes.add(name + " needs a restart");
        }
        return changes.isEmpty() ? "nothing has changed" : String.join("; ", changes);
    }
}
