package io.banyan.node.cli;

import io.banyan.node.Dialer;
import io.banyan.node.Version;
import io.banyan.p2p.Host;
import io.banyan.p2p.HostSettings;
import io.banyan.p2p.Hosts;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.util.Optional;

/** The real network. */
enum NetworkDialer implements Dialer {
  INSTANCE;

  @Override
  public Host open(Identity user) throws IOException {
    return Hosts.open(HostSettings.of(user, Optional.empty(), "banyan/" + Version.PRODUCT));
  }
}
