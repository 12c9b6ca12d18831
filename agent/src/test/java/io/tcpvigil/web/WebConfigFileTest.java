// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpvigil.yaml.Place;
import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlScalar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebConfigFileTest {
    static final YamlScalar SOMEWHERE = new YamlScalar(new Place("web.yml", 1, "file"), "", true);

    @TempDir
    private Path scratch;

    private WebFiles files;

    @BeforeEach
    void copy() throws IOException {
        files = new WebFiles(scratch);
    }

    static KeyPem.Identity identity(WebFiles files, String certificate, String key) {
        return KeyPem.read(SOMEWHERE, files.directory.resolve(certificate), SOMEWHERE, files.directory.resolve(key));
    }

    private String problem(String text) throws IOException {
        Path file = files.write(text);
        String message = String.valueOf(assertThrows(YamlException.class, () -> WebConfigFile.read(file))
                .getMessage());
        return message.replace(files.directory + "/", "");
    }

    @Test
    void hasNothingInAnEmptyFile() throws IOException {
        WebConfig config = WebConfigFile.read(files.write("# nothing yet\ntls_server_config:\n"));
        assertNull(config.tls());
        assertEquals(Map.of(), config.users());
    }

    @Test
    void readsWhatExportersShare() throws IOException {
        WebConfig config = WebConfigFile.read(files.write("""
                tls_server_config:
                  cert_file: ec.crt
                  key_file: ec.key
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: ca.crt
                  min_version: TLS13
                  prefer_server_cipher_suites: true
                http_server_config:
                  http2: false
                  headers:
                    X-Frame-Options: sameorigin
                basic_auth_users:
                  alice: $2y$04$5dckc5z8YBVfWggLa/I4R.QoTDEQQd/ra/U0ZaIyu.ugJF0Bu7i.u
                """));
        Tls tls = config.tls();
        assertNotNull(tls);
        SSLEngine engine = tls.engine();
        assertEquals(true, engine.getNeedClientAuth());
        assertEquals(List.of("TLSv1.3"), List.of(engine.getEnabledProtocols()));
        assertEquals("sameorigin", config.fields().get("X-Frame-Options"));
        assertEquals(List.of("alice"), List.copyOf(config.users().keySet()));
        assertEquals(4, config.files().size());
    }

    @ParameterizedTest
    @CsvSource({"ec.crt, ec.key", "ec.crt, ec-sec1.key", "rsa.crt, rsa.key", "rsa.crt, rsa-pkcs1.key"})
    void readsKeysInTheirForms(String certificate, String key) {
        assertEquals(1, identity(files, certificate, key).chain().size());
    }

    @Test
    void tellsWhatIsWrongAndWhere() throws IOException {
        assertEquals(
                "web.yml:2: tls_server_config.cert_fle: unknown key, did you mean cert_file?; known here: cert_file, key_file,"
                        + " client_auth_type, client_ca_file, min_version, max_version, cipher_suites,"
                        + " prefer_server_cipher_suites",
                problem("tls_server_config:\n  cert_fle: x\n"));
        assertEquals(
                "web.yml:1: tls_server_config: key_file is missing",
                problem("tls_server_config:\n  cert_file: ec.crt\n"));
        assertEquals(
                "web.yml:2: tls_server_config.cert_file: there is no file none.crt",
                problem("tls_server_config:\n  cert_file: none.crt\n  key_file: ec.key\n"));
        assertEquals(
                "web.yml:3: tls_server_config.key_file: rsa.key holds no EC key, which is what the certificate is for",
                problem("tls_server_config:\n  cert_file: ec.crt\n  key_file: rsa.key\n"));
        assertEquals(
                "web.yml:3: tls_server_config.key_file: client.key is not the key to the first certificate of ec.crt",
                problem("tls_server_config:\n  cert_file: ec.crt\n  key_file: client.key\n"));
        assertEquals(
                "web.yml:2: tls_server_config.cert_file: ec.key holds no certificates in PEM",
                problem("tls_server_config:\n  cert_file: ec.key\n  key_file: ec.key\n"));
        assertEquals(
                "web.yml:4: tls_server_config.min_version: \"TLS10\": write one of TLS12, TLS13",
                problem(WebFiles.TLS + "  min_version: TLS10\n"));
        assertEquals(
                "web.yml:5: tls_server_config.max_version: is lower than min_version",
                problem(WebFiles.TLS + "  min_version: TLS13\n  max_version: TLS12\n"));
        assertEquals(
                "web.yml:4: tls_server_config.client_auth_type: \"RequireAnyClientCert\": write one of NoClientCert,"
                        + " VerifyClientCertIfGiven, RequireAndVerifyClientCert",
                problem(WebFiles.TLS + "  client_auth_type: RequireAnyClientCert\n"));
        assertEquals(
                "web.yml:1: tls_server_config: client_auth_type RequireAndVerifyClientCert needs client_ca_file",
                problem(WebFiles.TLS + "  client_auth_type: RequireAndVerifyClientCert\n"));
        assertEquals(
                "web.yml:4: tls_server_config.client_ca_file: has no effect without client_auth_type:"
                        + " RequireAndVerifyClientCert",
                problem(WebFiles.TLS + "  client_ca_file: ca.crt\n"));
        assertEquals(
                "web.yml:2: basic_auth_users.eve: write a bcrypt hash, as htpasswd -nBC 10 \"\" prints it",
                problem("basic_auth_users:\n  eve: secret\n"));
        assertEquals(
                "web.yml:2: basic_auth_users.alice: the cost of a hash is from 4 to 15, not 31",
                problem("basic_auth_users:\n  " + WebFiles.ALICE.replace("$04$", "$31$") + "\n"));
        assertEquals(
                "web.yml:2: http_server_config.http2: HTTP/2 is not spoken here; write false, or leave it out",
                problem("http_server_config:\n  http2: true\n"));
    }

    @Test
    void refusesAKeyThatEverybodyCanRead() throws IOException {
        Files.setPosixFilePermissions(files.directory.resolve("ec.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(
                "web.yml:3: tls_server_config.key_file: ec.key can be read by everybody; take that away with chmod o-r",
                problem(WebFiles.TLS));
    }
}
