package planted.penstock.observe;

/** A planted fault: observe uses routing. */
public final class UsesRouting {
    planted.penstock.routing.UsesFacade above;
}
