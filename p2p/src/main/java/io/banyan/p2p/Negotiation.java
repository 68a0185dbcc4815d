package io.banyan.p2p;

import io.banyan.p2p.multistream.DialNegotiation;
import io.banyan.p2p.multistream.ListenNegotiation;
import io.banyan.p2p.multistream.Negotiated;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Either side of multistream-select.
 *
 * @param taking takes what came
 * @param output what is to be sent now, perhaps nothing
 */
record Negotiation(Taking taking, Function<ByteBufAllocator, ByteBuf> output) {
  @FunctionalInterface
  interface Taking {
    Negotiated receive(ByteBuf bytes) throws ViolationException;
  }

  static Negotiation dialing(String protocol) {
    DialNegotiation dial = new DialNegotiation(List.of(protocol));
    return new Negotiation(dial::receive, dial::output);
  }

  static Negotiation listening(Predicate<String> speaks) {
    ListenNegotiation listen = new ListenNegotiation(speaks);
    return new Negotiation(listen::receive, listen::output);
  }
}
