package planted.penstock.binding;

/** A planted fault: binding uses routing. */
public final class UsesRouting {
    planted.penstock.routing.UsesFacade router;
}
