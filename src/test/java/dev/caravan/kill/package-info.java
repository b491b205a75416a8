/** Caravan is killed, paused and cut off, and an oracle counts every message afterwards. */
package dev.caravan.kill;
