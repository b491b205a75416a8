package dev.caravan.trigger;

import dev.caravan.testing.Servers;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** What the broker says of the consumer group of a pipeline. */
final class GroupMembers implements AutoCloseable {
    private final Admin admin = Admin.create(Servers.kafka().with(Map.of()));

    int count(String pipeline) throws Exception {
        String group = "caravan." + pipeline;
        return admin.listConsumerGroups().all().get().stream()
                        .noneMatch(known -> known.groupId().equals(group))
                ? 0
                : admin.describeConsumerGroups(List.of(group))
                        .all()
                        .get()
                        .get(group)
                        .members()
                        .size();
    }

    @Override
    public void close() {
        admin.close();
    }
}
