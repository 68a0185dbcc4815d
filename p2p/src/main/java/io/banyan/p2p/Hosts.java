package io.banyan.p2p;

import java.io.IOException;

/** Opens hosts. */
public final class Hosts {
  private Hosts() {}

  /**
   * A host that speaks libp2p over TCP: {@code /noise}, {@code /yamux/1.0.0}, identify and ping.
   *
   * @throws IOException if it cannot listen where it should; the sentence says where and why
   */
  public static Host open(HostSettings settings) throws IOException {
    return NettyHost.open(settings);
  }
}
