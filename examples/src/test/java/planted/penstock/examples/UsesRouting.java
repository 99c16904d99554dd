package planted.penstock.examples;

/** A planted fault: a quoted program uses what is not exported. */
public final class UsesRouting {
    planted.penstock.routing.UsesFacade below;
}
