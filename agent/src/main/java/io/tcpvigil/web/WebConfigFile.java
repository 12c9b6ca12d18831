// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlFile;
import io.tcpvigil.yaml.YamlMapping;
import io.tcpvigil.yaml.YamlScalar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a configuration file in the form that Prometheus and its exporters share (exporter-toolkit, docs/web-configuration.md).
 * Whatever in it would be without effect here is an error, for a file is trusted to protect what it says it protects.
 */
final class WebConfigFile {
    private static final List<String> TLS_KEYS = List.of(
            "cert_file",
            "key_file",
            "client_auth_type",
            "client_ca_file",
            "min_version",
            "max_version",
            "cipher_suites",
            "prefer_server_cipher_suites");

    private static final List<String> FIELDS = List.of(
            "Strict-Transport-Security",
            "Content-Security-Policy",
            "X-Frame-Options",
            "X-Content-Type-Options",
            "X-XSS-Protection");

    private static final Map<String, String> VERSIONS = Map.of("TLS12", "TLSv1.2", "TLS13", "TLSv1.3");
    private static final List<String> VERSION_NAMES = List.of("TLS12", "TLS13");

    /** The others of that format ask for certificates that nobody checks. */
    private static final List<String> CLIENT_AUTH =
            List.of("NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert");

    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");
    private static final int LEAST_COST = 4;

    /** Each more doubles the time; with this one it is several seconds. */
    private static final int MOST_COST = 15;

    private final Path file;
    private final List<Path> files = new ArrayList<>();

    private WebConfigFile(Path file) {
        this.file = file;
        files.add(file);
    }

    /** @throws YamlException about the first thing in the file, or in one that it names, that cannot be used */
    static WebConfig read(Path file) {
        return new WebConfigFile(file).read();
    }

    private WebConfig read() {
        YamlMapping top = YamlFile.read(file);
        top.allowOnly(List.of("tls_server_config", "http_server_config", "basic_auth_users"));
        Tls tls = tls(top.mapping("tls_server_config"));
        Map<String, String> fields = fields(top.mapping("http_server_config"));
        return new WebConfig(tls, users(top.mapping("basic_auth_users")), fields, files);
    }

    private @Nullable Tls tls(YamlMapping keys) {
        keys.allowOnly(TLS_KEYS);
        if (keys.keys().isEmpty()) {
            return null;
        }
        YamlScalar certificate = required(keys, "cert_file");
        YamlScalar key = required(keys, "key_file");
        KeyPem.Identity identity = KeyPem.read(certificate, path(certificate), key, path(key));
        YamlScalar wish = keys.scalar("client_auth_type");
        String clientAuth = wish == null ? "NoClientCert" : wish.oneOf(CLIENT_AUTH);
        YamlScalar authorities = keys.scalar("client_ca_file");
        if (clientAuth.equals("NoClientCert") && authorities != null) {
            throw authorities.place().error("has no effect without client_auth_type: RequireAndVerifyClientCert");
        }
        if (!clientAuth.equals("NoClientCert") && authorities == null) {
            throw keys.place().error("client_auth_type " + clientAuth + " needs client_ca_file");
        }
        Tls.Clients clients = authorities == null
                ? Tls.Clients.ANYBODY
                : new Tls.Clients(
                        KeyPem.certificates(authorities, path(authorities)),
                        clientAuth.equals("RequireAndVerifyClientCert"));
        List<String> versions = versions(keys);
        List<String> suites = new ArrayList<>();
        for (YamlScalar suite : keys.list("cipher_suites").scalars()) {
            suites.add(suite.oneOf(Tls.supportedSuites()));
        }
        YamlScalar prefer = keys.scalar("prefer_server_cipher_suites");
        return new Tls(identity, clients, versions, suites, prefer == null || prefer.bool());
    }

    private static List<String> versions(YamlMapping keys) {
        YamlScalar least = keys.scalar("min_version");
        YamlScalar most = keys.scalar("max_version");
        int from = least == null ? 0 : VERSION_NAMES.indexOf(least.oneOf(VERSION_NAMES));
        int to = most == null ? VERSION_NAMES.size() - 1 : VERSION_NAMES.indexOf(most.oneOf(VERSION_NAMES));
        if (most != null && from > to) {
            throw most.place().error("is lower than min_version");
        }
        List<String> versions = new ArrayList<>();
        for (String name : VERSION_NAMES.subList(from, to + 1)) {
            versions.add(VERSIONS.getOrDefault(name, name));
        }
        return versions;
    }

    private static YamlScalar required(YamlMapping keys, String key) {
        YamlScalar value = keys.scalar(key);
        if (value == null) {
            throw keys.place().error(key + " is missing");
        }
        return value;
    }

    /** A file named in this one, from where this one lies. */
    private Path path(YamlScalar value) {
        Path path = file.toAbsolutePath().resolveSibling(value.text());
        files.add(path);
        return path;
    }

    private static Map<String, String> fields(YamlMapping keys) {
        keys.allowOnly(List.of("headers", "http2"));
        YamlScalar http2 = keys.scalar("http2");
        if (http2 != null && http2.bool()) {
            throw http2.place().error("HTTP/2 is not spoken here; write false, or leave it out");
        }
        YamlMapping headers = keys.mapping("headers");
        headers.allowOnly(FIELDS);
        Map<String, String> fields = new LinkedHashMap<>();
        for (String name : headers.keys()) {
            YamlScalar value = required(headers, name);
            if (!value.text().chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
                throw value.place().error("write one line of ASCII");
            }
            fields.put(name, value.text());
        }
        return fields;
    }

    private static Map<String, String> users(YamlMapping keys) {
        Map<String, String> users = new LinkedHashMap<>();
        for (String name : keys.keys()) {
            YamlScalar hash = required(keys, name);
            Matcher bcrypt = BCRYPT.matcher(hash.text());
            if (name.indexOf(':') >= 0) {
                throw hash.place().error("the name of a user has no colon");
            }
            if (!bcrypt.matches()) {
                throw hash.place().error("write a bcrypt hash, as htpasswd -nBC 10 \"\" prints it");
            }
            int cost = Integer.parseInt(bcrypt.group(1));
            if (cost < LEAST_COST || cost > MOST_COST) {
                throw hash.place()
                        .error("the cost of a hash is from " + LEAST_COST + " to " + MOST_COST + ", not " + cost);
            }
            users.put(name, hash.text());
        }
        return users;
    }
}
