package io.banyan.p2p;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.atomic.LongAdder;

/** Counts a socket's bytes, each way. The counts are for any thread. */
final class SocketMeter extends ChannelDuplexHandler {
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();

  long receivedBytes() {
    return received.sum();
  }

  long sentBytes() {
    return sent.sum();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    received.add(((ByteBuf) message).readableBytes());
    context.fireChannelRead(message);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the promise says it
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    sent.add(((ByteBuf) message).readableBytes());
    context.write(message, promise);
  }
}
