package dev.penstock.cli.tlscheck;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.tls.AuthMethod;
import dev.penstock.tls.CertificateReport;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsFailure;
import dev.penstock.tls.TlsMaterialException;
import dev.penstock.tls.TlsProbeReport;
import dev.penstock.tls.TlsSource;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** For programs: one JSON object whose names are a contract, described in docs/tls.md. */
public final class JsonReport {
    private JsonReport() {}

    /** What a step writes. */
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    public static String of(TlsConfig config, List<NodeCheck> nodes, ExpiryCheck expiry) {
        return text(json -> {
            TlsSource ca = config.ca();
            json.writeStringField("mode", config.mode().libpqName());
            json.writeStringField("ca", ca == null ? "" : ca.describe());
            json.writeBooleanField("connects", nodes.stream().allMatch(NodeCheck::connects));
            json.writeArrayFieldStart("nodes");
            for (NodeCheck node : nodes) {
                node(json, node);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("ending");
            for (CertificateReport ending : expiry.ending()) {
                json.writeString(expiry.policy().demandedOf(ending));
            }
            json.writeEndArray();
        });
    }

    /** The files cannot be used, so no server was asked. */
    public static String of(TlsMaterialException unusable) {
        return text(json -> {
            json.writeBooleanField("connects", false);
            failure(json, new TlsFailure(unusable.reason(), String.valueOf(unusable.getMessage()), unusable.remedy()));
        });
    }

    private static void node(JsonGenerator json, NodeCheck node) throws IOException {
        json.writeStartObject();
        json.writeStringField("host", node.endpoint().host());
        json.writeNumberField("port", node.endpoint().port());
        json.writeBooleanField("reachable", node.seen().isPresent());
        if (node.seen().isPresent()) {
            server(json, node, node.seen().get());
        } else {
            json.writeStringField("unreachable", node.unreachable());
        }
        verdict(json, "penstock", node.penstock());
        verdict(json, "pgjdbc", node.pgjdbc());
        if (node.login().isPresent()) {
            login(json, node.login().get());
        }
        if (node.failure().isPresent()) {
            failure(json, node.failure().get());
        }
        json.writeEndObject();
    }

    private static void server(JsonGenerator json, NodeCheck node, TlsProbeReport seen) throws IOException {
        json.writeBooleanField("tlsOffered", seen.offered());
        if (seen.facts().isPresent()) {
            json.writeStringField("protocol", seen.facts().get().protocol());
            json.writeStringField("cipherSuite", seen.facts().get().cipherSuite());
        }
        json.writeArrayFieldStart("chain");
        for (CertificateReport link : seen.chain()) {
            certificate(json, link);
        }
        json.writeEndArray();
        json.writeStringField("wantedName", node.wantedName());
        json.writeBooleanField("nameMatches", seen.nameMatches());
        json.writeStringField("chainResult", chainResult(node, seen));
    }

    private static String chainResult(NodeCheck node, TlsProbeReport seen) {
        if (seen.chain().isEmpty() || !node.config().verifiesChain()) {
            return "not checked";
        }
        return seen.chainFailure().map(failure -> failure.reason().name()).orElse("trusted");
    }

    private static void certificate(JsonGenerator json, CertificateReport link) throws IOException {
        json.writeStartObject();
        json.writeStringField("subject", link.subject());
        json.writeArrayFieldStart("names");
        for (String name : link.names()) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeStringField("issuer", link.issuer());
        json.writeStringField("notBefore", link.notBefore().toString());
        json.writeStringField("notAfter", link.notAfter().toString());
        json.writeStringField("fingerprint", link.fingerprint());
        json.writeEndObject();
    }

    private static void verdict(JsonGenerator json, String client, Verdict verdict) throws IOException {
        json.writeObjectFieldStart(client);
        json.writeStringField("outcome", verdict.outcome().name().toLowerCase(Locale.ROOT));
        json.writeStringField("why", verdict.why());
        json.writeEndObject();
    }

    private static void login(JsonGenerator json, LoginCheck login) throws IOException {
        json.writeStringField("requireAuth", login.requireAuth());
        if (login.wasAsked()) {
            json.writeObjectFieldStart("login");
            json.writeStringField("role", login.role());
            json.writeStringField(
                    "asked", login.asked().map(AuthMethod::libpqName).orElse(""));
            json.writeBooleanField("accepted", login.isAccepted());
            json.writeStringField("why", login.why());
            json.writeEndObject();
        }
    }

    private static void failure(JsonGenerator json, TlsFailure failure) throws IOException {
        json.writeObjectFieldStart("failure");
        json.writeStringField("code", failure.reason().name());
        json.writeStringField("message", failure.message());
        json.writeStringField("remedy", failure.remedy());
        json.writeEndObject();
    }

    private static String text(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            // A StringWriter does not fail.
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
