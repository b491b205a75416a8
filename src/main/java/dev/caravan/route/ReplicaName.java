package dev.caravan.route;

/** What this process calls itself towards the others. */
public record ReplicaName(String value) {}
