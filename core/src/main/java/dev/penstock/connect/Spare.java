package dev.penstock.connect;

/** Room for one more physical connection, where only so many are allowed. Thread-safe. */
public interface Spare {
    /** There is none. */
    Spare NONE = new Spare() {
        @Override
        public boolean take() {
            return false;
        }

        @Override
        public void giveBack() {
            throw new IllegalStateException("it was never taken");
        }
    };

    /** There always is. */
    Spare ALWAYS = new Spare() {
        @Override
        public boolean take() {
            return true;
        }

        @Override
        public void giveBack() {}
    };

    /** Takes it, without waiting, if it is free. */
    boolean take();

    /** Once for each time that it was taken. */
    void giveBack();
}
