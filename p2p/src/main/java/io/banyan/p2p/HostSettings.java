package io.banyan.p2p;

import io.banyan.trust.Identity;
import java.util.Optional;

/**
 * What a host is opened with.
 *
 * @param identity whose peer id is shown to others
 * @param listen where to listen, without a peer id; a host without it only dials
 * @param agent what it calls itself to others, such as {@code banyan/0.1.0}; at most 128 characters
 */
public record HostSettings(
    Identity identity, Optional<Multiaddr> listen, String agent, HostLimits limits) {
  private static final int AGENT_LENGTH_MAX = 128;

  public HostSettings {
    if (agent.length() > AGENT_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "agent is " + agent.length() + " characters long, limit " + AGENT_LENGTH_MAX);
    }
  }

  /** With the limits that are usual. */
  public static HostSettings of(Identity identity, Optional<Multiaddr> listen, String agent) {
    return new HostSettings(identity, listen, agent, HostLimits.DEFAULT);
  }
}
