package dev.caravan.pipeline;

/** A place in a text. Both count from 1. */
record Location(int line, int column) {}
