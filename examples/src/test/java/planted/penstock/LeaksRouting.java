package planted.penstock;

/** A planted fault: an open class that uses pool, leaks routing and sleeps. */
public class LeaksRouting {
    planted.penstock.pool.UsesTopology behind;

    /** Names a type that is not exported. */
    public planted.penstock.routing.UsesFacade leak() {
        return new planted.penstock.routing.UsesFacade();
    }

    void sleep() throws InterruptedException {
        Thread.sleep(1);
    }
}
