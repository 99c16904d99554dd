package dev.penstock.cli.resolve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.config.ConfigValue;
import dev.penstock.config.ConfigWarning;
import dev.penstock.config.Endpoint;
import dev.penstock.violation.InvalidConfigException;
import dev.penstock.violation.Violation;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** For programs: one JSON object whose names are a contract, described in docs/configuration.md. */
public final class JsonReport {
    private JsonReport() {}

    /** What a step writes into the one object. */
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    public static String of(Resolved resolved) {
        return object(json -> {
            hosts(json, resolved.config().endpoints());
            json.writeStringField("database", resolved.config().database());
            json.writeStringField("user", resolved.config().user());
            json.writeStringField("jdbcUrl", resolved.driver().jdbcUrl());
            map(json, "parameters", resolved.driver().parameters());
            for (ConfigValue one : resolved.general()) {
                value(json, one.name(), one.value());
            }
            for (Map.Entry<String, List<ConfigValue>> section :
                    resolved.sections().entrySet()) {
                json.writeObjectFieldStart(section.getKey());
                for (ConfigValue one : section.getValue()) {
                    value(json, one.name(), one.value());
                }
                json.writeEndObject();
            }
            map(json, "origins", resolved.config().origins());
            json.writeArrayFieldStart("warnings");
            for (ConfigWarning warning : resolved.warnings()) {
                warning(json, warning);
            }
            json.writeEndArray();
        });
    }

    public static String of(InvalidConfigException invalid) {
        return object(json -> {
            json.writeArrayFieldStart("violations");
            for (Violation violation : invalid.violations()) {
                violation(json, violation);
            }
            json.writeEndArray();
        });
    }

    private static void hosts(JsonGenerator json, Iterable<Endpoint> endpoints) throws IOException {
        json.writeArrayFieldStart("hosts");
        for (Endpoint endpoint : endpoints) {
            json.writeStartObject();
            json.writeStringField("host", endpoint.host());
            json.writeNumberField("port", endpoint.port());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void violation(JsonGenerator json, Violation violation) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", violation.path());
        json.writeStringField("code", violation.code());
        json.writeStringField("value", violation.value());
        json.writeStringField("message", violation.message());
        json.writeStringField("origin", violation.origin());
        json.writeStringField("remedy", violation.remedy());
        json.writeEndObject();
    }

    private static void warning(JsonGenerator json, ConfigWarning warning) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", warning.path());
        json.writeStringField("code", warning.code());
        json.writeStringField("message", warning.message());
        json.writeStringField("origin", warning.origin());
        json.writeStringField("remedy", warning.remedy());
        json.writeEndObject();
    }

    private static void map(JsonGenerator json, String name, Map<String, ?> values) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, ?> entry : values.entrySet()) {
            value(json, entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void value(JsonGenerator json, String name, Object value) throws IOException {
        if (value instanceof Boolean truth) {
            json.writeBooleanField(name, truth);
        } else if (value instanceof Integer || value instanceof Long) {
            json.writeNumberField(name, ((Number) value).longValue());
        } else if (value instanceof Double number) {
            json.writeNumberField(name, number);
        } else {
            json.writeStringField(name, String.valueOf(value));
        }
    }

    private static String object(Body body) {
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
