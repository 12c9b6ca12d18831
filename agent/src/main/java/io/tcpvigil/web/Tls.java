// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** How connections are encrypted: all that a configuration file says of TLS, ready for use. */
final class Tls {
    private static final char[] NO_PASSWORD = {};

    /** Java would remember 20,480 for a day, some kilobytes each. Clients that keep their connections need none. */
    private static final int REMEMBERED_SESSIONS = 256;

    /**
     * Which clients may connect.
     *
     * @param authorities who vouch for them; empty when nobody has to
     * @param required whether a certificate must be shown; else one that is shown must be good
     */
    record Clients(List<X509Certificate> authorities, boolean required) {
        static final Clients ANYBODY = new Clients(List.of(), false);

        Clients {
            authorities = List.copyOf(authorities);
        }
    }

    private final SSLContext context;
    private final Clients clients;
    private final List<String> versions;
    private final List<String> suites;
    private final boolean ownOrder;

    /**
     * @param versions in Java's names
     * @param suites in the order of preference; empty for Java's, but those with ChaCha20 first
     * @param ownOrder whether this order counts and not the client's
     */
    Tls(KeyPem.Identity identity, Clients clients, List<String> versions, List<String> suites, boolean ownOrder) {
        // A client could have the arithmetic done again and again on one connection. Read when TLS is used first.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        this.clients = clients;
        this.versions = List.copyOf(versions);
        this.ownOrder = ownOrder;
        try {
            this.context = context(identity, clients);
            this.suites = suites.isEmpty()
                    ? cheapFirst(context.getDefaultSSLParameters().getCipherSuites())
                    : List.copyOf(suites);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("TLS cannot be set up", e);
        }
    }

    /**
     * AES needs instructions of the processor that only Java's second compiler uses, and the launcher leaves that one out: with
     * the first alone, ChaCha20 takes a third of the time.
     */
    private static List<String> cheapFirst(String[] usual) {
        return Arrays.stream(usual)
                .sorted(Comparator.comparing(suite -> !suite.contains("CHACHA20")))
                .toList();
    }

    private static SSLContext context(KeyPem.Identity identity, Clients clients)
            throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, NO_PASSWORD);
        keys.setKeyEntry("server", identity.key(), NO_PASSWORD, identity.chain().toArray(new X509Certificate[0]));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, NO_PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, NO_PASSWORD);
        for (X509Certificate authority : clients.authorities()) {
            trusted.setCertificateEntry("client-" + trusted.size(), authority);
        }
        TrustManager[] trustManagers = {};
        if (!clients.authorities().isEmpty()) {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            trustManagers = factory.getTrustManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers, null);
        context.getServerSessionContext().setSessionCacheSize(REMEMBERED_SESSIONS);
        return context;
    }

    /** The names of cipher suites that this Java knows. */
    static List<String> supportedSuites() {
        try {
            return List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be set up", e);
        }
    }

    /** Whether clients must show a certificate. */
    boolean asksForCertificates() {
        return clients.required();
    }

    /** For one client. */
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(versions.toArray(new String[0]));
        parameters.setCipherSuites(suites.toArray(new String[0]));
        parameters.setUseCipherSuitesOrder(ownOrder);
        if (clients.required()) {
            parameters.setNeedClientAuth(true);
        } else if (!clients.authorities().isEmpty()) {
            parameters.setWantClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }
}
