package io.banyan.p2p;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.util.function.Consumer;

/** Prepares a new channel, on its event loop. */
final class Prepare extends ChannelInitializer<Channel> {
  private final Consumer<Channel> work;

  Prepare(Consumer<Channel> work) {
    this.work = work;
  }

  @Override
  protected void initChannel(Channel channel) {
    work.accept(channel);
  }
}
