package planted.penstock.routing;

/** A planted fault: routing uses the facade. */
public final class UsesFacade {
    planted.penstock.LeaksRouting above;
}
