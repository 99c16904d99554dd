package dev.penstock.cli.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.cli.resolve.JsonReport;
import dev.penstock.sizing.Bound;
import dev.penstock.sizing.Conflict;
import dev.penstock.sizing.NodePlan;
import dev.penstock.sizing.PoolSize;
import dev.penstock.sizing.Prediction;
import dev.penstock.sizing.ServerBudget;
import dev.penstock.sizing.SizingPlan;
import dev.penstock.sizing.WhatIf;
import dev.penstock.violation.InvalidConfigException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** For programs: one JSON object whose names are a contract, described in docs/sizing.md. What is not known is null. */
public final class PlanJson {
    private final JsonGenerator json;

    private PlanJson(JsonGenerator json) {
        this.json = json;
    }

    public static String of(List<DatabasePlan> plans, WhatIf change) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            new PlanJson(json).write(plans, change);
        } catch (IOException e) {
            // A StringWriter does not fail.
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** The same object as {@code penstock resolve --json} gives. */
    public static String of(InvalidConfigException invalid) {
        return JsonReport.of(invalid);
    }

    private void write(List<DatabasePlan> plans, WhatIf change) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("whatIf");
        json.writeNumberField("lostReplicas", change.replicasLost());
        json.writeNumberField("moreInstances", change.moreInstances());
        json.writeNumberField("slowerQueries", change.slowerQueries());
        json.writeEndObject();
        json.writeArrayFieldStart("databases");
        for (DatabasePlan plan : plans) {
            database(plan);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void database(DatabasePlan database) throws IOException {
        SizingPlan plan = database.plan();
        json.writeStartObject();
        json.writeStringField("name", database.name());
        json.writeStringField("notAsked", database.notAsked().orElse(null));
        json.writeNumberField("poolSize", plan.input().pool().poolSize());
        json.writeNumberField("maxOverflow", plan.input().pool().maxOverflow());
        size(plan.size());
        number("instances", plan.input().fleet().instances());
        json.writeNumberField("instancesAtMost", plan.input().fleet().atMost());
        json.writeBooleanField("refuses", database.refuses());
        json.writeArrayFieldStart("nodes");
        for (NodePlan node : plan.nodes()) {
            node(node);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("conflicts");
        for (Conflict conflict : plan.conflicts()) {
            conflict(conflict);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void size(PoolSize size) throws IOException {
        json.writeObjectFieldStart("size");
        json.writeBooleanField("found", size.isFound());
        json.writeFieldName("rule");
        bound(size.rule());
        json.writeFieldName("next");
        if (size.next().isEmpty()) {
            json.writeNull();
        } else {
            bound(size.next().get());
        }
        json.writeArrayFieldStart("notes");
        for (String note : size.notes()) {
            json.writeString(note);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void node(NodePlan plan) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", plan.node().name());
        json.writeStringField("place", plan.node().place());
        json.writeStringField("role", plan.node().primary() ? "primary" : "replica");
        budget(plan.node().budget());
        number("liveInstances", plan.node().live().map(live -> live.instances()).orElse(OptionalInt.empty()));
        number(
                "otherSessions",
                plan.node().live().map(live -> OptionalInt.of(live.others())).orElse(OptionalInt.empty()));
        json.writeArrayFieldStart("unseen");
        for (String unseen : plan.node().unseen()) {
            json.writeString(unseen);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("bounds");
        for (Bound bound : plan.bounds()) {
            bound(bound);
        }
        json.writeEndArray();
        number("advised", plan.advised());
        prediction("predicted", plan.predicted());
        prediction("oneMore", plan.oneMore());
        prediction("oneFewer", plan.oneFewer());
        prediction("replicaLost", plan.replicaLost());
        json.writeEndObject();
    }

    private void budget(Optional<ServerBudget> budget) throws IOException {
        json.writeFieldName("budget");
        if (budget.isEmpty()) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeNumberField("maxConnections", budget.get().maxConnections());
        json.writeNumberField("superuserReservedConnections", budget.get().superuserReservedConnections());
        json.writeNumberField("reservedConnections", budget.get().reservedConnections());
        json.writeNumberField("usable", budget.get().usable());
        number("roleLimit", budget.get().roleLimit());
        number("databaseLimit", budget.get().databaseLimit());
        json.writeEndObject();
    }

    private void bound(Bound bound) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", bound.kind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("sense", bound.kind().sense().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("connections", bound.connections());
        json.writeBooleanField("binding", bound.binding());
        json.writeStringField("inputs", bound.inputs());
        json.writeEndObject();
    }

    private void prediction(String name, Optional<Prediction> prediction) throws IOException {
        json.writeFieldName(name);
        if (prediction.isEmpty()) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeNumberField("connections", prediction.get().connections());
        json.writeNumberField("utilisation", prediction.get().utilisation());
        wait("p50WaitMillis", prediction.get().p50WaitMillis());
        wait("p99WaitMillis", prediction.get().p99WaitMillis());
        json.writeEndObject();
    }

    /** JSON knows no infinity: null for a queue that only grows. */
    private void wait(String name, double millis) throws IOException {
        if (Double.isInfinite(millis)) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, millis);
        }
    }

    private void conflict(Conflict conflict) throws IOException {
        json.writeStartObject();
        json.writeStringField("code", conflict.code().name());
        json.writeBooleanField("refuses", conflict.refuses());
        json.writeStringField("sentence", conflict.sentence());
        json.writeStringField("remedy", conflict.remedy());
        json.writeEndObject();
    }

    private void number(String name, OptionalInt value) throws IOException {
        if (value.isEmpty()) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value.getAsInt());
        }
    }
}
