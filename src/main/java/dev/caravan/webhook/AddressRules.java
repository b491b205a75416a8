package dev.caravan.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which IP addresses may be connected to. Of IPv6 only global unicast (2000::/3) without the blocks that stand for other
 * addresses or for none; so mapped, compatible, NAT64, unique local and link-local ones are out. The blocks are those of
 * the IANA special-purpose address registries (RFC 6890 and later).
 */
final class AddressRules {
    private record Block(byte[] prefix, int bits, String name) {
        static Block of(String cidr, String name) {
            int slash = cidr.indexOf('/');
            try {
                // an address as text is not looked up
                byte[] prefix = InetAddress.getByName(cidr.substring(0, slash)).getAddress();
                return new Block(prefix, Integer.parseInt(cidr.substring(slash + 1)), name);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(cidr, e);
            }
        }

        boolean has(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % 8);
                if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Refused even where private addresses are allowed: no endpoint is there, or one that gives out credentials. */
    private static final List<Block> NEVER = List.of(
            Block.of("0.0.0.0/8", "an unspecified address"),
            Block.of("169.254.0.0/16", "a link-local address"),
            Block.of("224.0.0.0/4", "a multicast address"),
            Block.of("240.0.0.0/4", "a reserved address"),
            Block.of("::/128", "an unspecified address"),
            Block.of("fe80::/10", "a link-local address"),
            Block.of("ff00::/8", "a multicast address"),
            // the metadata service of a cloud
            Block.of("fd00:ec2::/32", "a link-local address"));

    private static final List<Block> NOT_PUBLIC = List.of(
            Block.of("10.0.0.0/8", "a private address"),
            Block.of("100.64.0.0/10", "an address inside a carrier's network"),
            Block.of("127.0.0.0/8", "a loopback address"),
            Block.of("172.16.0.0/12", "a private address"),
            Block.of("192.0.0.0/24", "a special-purpose address"),
            Block.of("192.0.2.0/24", "a documentation address"),
            Block.of("192.31.196.0/24", "a special-purpose address"),
            Block.of("192.52.193.0/24", "a special-purpose address"),
            Block.of("192.88.99.0/24", "a 6to4 relay"),
            Block.of("192.168.0.0/16", "a private address"),
            Block.of("192.175.48.0/24", "a special-purpose address"),
            Block.of("198.18.0.0/15", "a benchmarking address"),
            Block.of("198.51.100.0/24", "a documentation address"),
            Block.of("203.0.113.0/24", "a documentation address"),
            Block.of("2001::/23", "a Teredo or special-purpose address"),
            Block.of("2001:db8::/32", "a documentation address"),
            Block.of("2002::/16", "a 6to4 address"),
            Block.of("2620:4f:8000::/48", "a special-purpose address"),
            Block.of("3fff::/20", "a documentation address"));

    private static final Block GLOBAL_UNICAST = Block.of("2000::/3", "a public address");
    private static final int IPV6_LENGTH = 16;
    private static final int IPV4_AT = 12;
    private static final List<Block> IPV4_INSIDE =
            List.of(Block.of("::/96", "compatible"), Block.of("64:ff9b::/96", "NAT64"));

    private AddressRules() {}

    /** What is wrong with an address; empty when nothing is. */
    static Optional<String> refusal(InetAddress address, boolean allowPrivate) {
        byte[] bytes = address.getAddress();
        Optional<String> never = in(NEVER, bytes);
        if (never.isPresent()) {
            return never;
        }
        if (allowPrivate) {
            return inside(bytes).flatMap(ipv4 -> in(NEVER, ipv4));
        }
        if (bytes.length == IPV6_LENGTH && !GLOBAL_UNICAST.has(bytes)) {
            return Optional.of("an address that is not public");
        }
        return in(NOT_PUBLIC, bytes);
    }

    private static Optional<String> in(List<Block> blocks, byte[] address) {
        return blocks.stream()
                .filter(block -> block.has(address))
                .map(Block::name)
                .findFirst();
    }

    /** The IPv4 address that an IPv6 address stands for; ::1 is none. */
    private static Optional<byte[]> inside(byte[] address) {
        boolean stands = IPV4_INSIDE.stream().anyMatch(block -> block.has(address));
        byte[] ipv4 = stands ? Arrays.copyOfRange(address, IPV4_AT, address.length) : new byte[0];
        boolean loopback = stands && ipv4[0] == 0 && ipv4[1] == 0 && ipv4[2] == 0 && ipv4[3] == 1;
        return stands && !loopback ? Optional.of(ipv4) : Optional.empty();
    }
}
