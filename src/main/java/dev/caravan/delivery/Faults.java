package dev.caravan.delivery;

/** Is told when a delivery reaches a {@link FaultPoint}. Does nothing in production; the kill tests switch it on. */
public interface Faults {
    Faults NONE = point -> {};

    void reach(FaultPoint point);
}
