package io.banyan.p2p;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What is asked of a channel without waiting for it. Whether it was done shows in the end of the
 * channel itself: a write that fails closes it, and that is what its handlers hear of.
 */
@SuppressWarnings("FutureReturnValueIgnored") // as said above
final class Sockets {
  private Sockets() {}

  static void write(Channel channel, ByteBuf bytes) {
    channel.write(bytes);
  }

  static void send(Channel channel, ByteBuf bytes) {
    channel.writeAndFlush(bytes);
  }

  static void close(Channel channel) {
    channel.close();
  }

  /** Runs {@code work} on the channel's event loop, for good. */
  static void after(Channel channel, long nanos, Runnable work) {
    channel.eventLoop().schedule(work, nanos, TimeUnit.NANOSECONDS);
  }

  /** What a channel's handlers throw, but for IOExceptions, is a bug of ours, and loud. */
  static void requireWorldsFault(Throwable cause) {
    if (!(cause instanceof IOException)) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, cause);
    }
  }
}
