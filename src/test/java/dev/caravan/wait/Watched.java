package dev.caravan.wait;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody who watches a wait as a status stream does, and remembers what was shown. */
final class Watched implements WaitStreams.Watcher {
    final List<WaitStatus> told = new CopyOnWriteArrayList<>();

    /** In the order in which a stream is opened; to be forgotten afterwards. */
    Wait open(Instance replica, String key) {
        Wait wait = replica.waits.get("p", key);
        replica.streams.admit();
        replica.streams.watch(wait.seq(), this);
        replica.streams.showNow(wait.seq(), this);
        return wait;
    }

    @Override
    public void show(Wait wait) {
        told.add(wait.status());
    }

    @Override
    public void gone() {
        throw new AssertionError("it is there");
    }

    @Override
    public void keepAlive() {
        throw new AssertionError("nobody asked");
    }
}
