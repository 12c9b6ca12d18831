// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.tcpvigil.web.http.ClientNetwork;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Checks passwords against bcrypt hashes, which takes 70 ms and more of a processor each time: that is what they are for. So
 * it is done by one thread for all, a few may wait, of one client no more than {@value #WAITING_OF_ONE}, and who was found
 * right is remembered. A flood of wrong passwords takes that one thread, and no scrape whose password has been right before.
 */
final class Passwords {
    private static final int WAITING = 8;
    private static final int WAITING_OF_ONE = 2;
    private static final int REMEMBERED = 64;

    /** Bcrypt looks at no more. */
    private static final int LONGEST = 72;

    private static final int STACK_BYTES = 256 * 1024;

    /** The hash of no password that anybody knows, after the cost. */
    private static final String NOBODYS = "$tcpvigil.knows.nobodyOfThisNameAtAllButTakesItsTime..";

    enum Outcome {
        RIGHT,
        WRONG,
        /** Not checked. */
        BUSY
    }

    private final byte[] secret = new byte[32];
    private final ThreadPoolExecutor thread;

    // Under the lock of this: who was right, whose check is under way, and how many of one client are.
    private final Map<ByteBuffer, Boolean> right = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final Map<ByteBuffer, List<Consumer<Outcome>>> underWay = new HashMap<>();
    private final Map<ByteBuffer, Integer> clients = new HashMap<>();

    Passwords(ErrorLog errors) {
        new SecureRandom().nextBytes(secret);
        thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
            Thread made = new Thread(null, task, "web-passwords", STACK_BYTES);
            made.setDaemon(true);
            made.setUncaughtExceptionHandler((died, cause) -> errors.record(died.getName(), cause));
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    /**
     * Checks a password, now if it has been right before.
     *
     * @param users the hash of each
     * @param reply takes the outcome, in this thread or another
     */
    void check(Map<String, String> users, String user, byte[] password, InetAddress client, Consumer<Outcome> reply) {
        String hash = users.getOrDefault(user, nobodys(users));
        // A digest under a secret of this process: how long it takes to find it tells nothing of the password.
        ByteBuffer key = digest(user, hash, password);
        ByteBuffer network = ClientNetwork.of(client);
        boolean known;
        synchronized (this) {
            known = right.get(key) != null;
            if (!known) {
                List<Consumer<Outcome>> others = underWay.get(key);
                if (others != null) {
                    others.add(reply);
                    return;
                }
            }
        }
        if (known) {
            reply.accept(Outcome.RIGHT);
        } else if (!begin(key, network, hash, password, reply)) {
            reply.accept(Outcome.BUSY);
        }
    }

    private synchronized boolean begin(
            ByteBuffer key, ByteBuffer network, String hash, byte[] password, Consumer<Outcome> reply) {
        int before = clients.getOrDefault(network, 0);
        if (before >= WAITING_OF_ONE) {
            return false;
        }
        try {
            thread.execute(() -> compare(key, network, hash, password));
        } catch (RejectedExecutionException full) {
            return false;
        }
        clients.put(network, before + 1);
        underWay.put(key, new ArrayList<>(List.of(reply)));
        return true;
    }

    private void compare(ByteBuffer key, ByteBuffer network, String hash, byte[] password) {
        boolean matches = false;
        try {
            byte[] used = password.length > LONGEST ? Arrays.copyOf(password, LONGEST) : password;
            matches = BCrypt.verifyer().verify(used, hash.getBytes(StandardCharsets.US_ASCII)).verified;
        } finally {
            List<Consumer<Outcome>> waiting;
            synchronized (this) {
                clients.computeIfPresent(network, (who, count) -> count == 1 ? null : count - 1);
                waiting = underWay.remove(key);
                if (matches) {
                    right.put(key, true);
                }
            }
            Outcome outcome = matches ? Outcome.RIGHT : Outcome.WRONG;
            if (waiting != null) {
                waiting.forEach(each -> each.accept(outcome));
            }
        }
    }

    /** A hash that takes as long as the slowest of the others: the time does not tell who exists. */
    private static String nobodys(Map<String, String> users) {
        String slowest = "$2y$04";
        for (String hash : users.values()) {
            String cost = "$2y" + hash.substring(3, 6);
            slowest = cost.compareTo(slowest) > 0 ? cost : slowest;
        }
        return slowest + NOBODYS;
    }

    private ByteBuffer digest(String user, String hash, byte[] password) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret);
            digest.update(user.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) ':');
            digest.update(hash.getBytes(StandardCharsets.US_ASCII));
            digest.update(password);
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    void stop() {
        thread.shutdownNow();
    }
}
