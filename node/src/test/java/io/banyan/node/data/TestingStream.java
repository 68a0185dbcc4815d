package io.banyan.node.data;

import io.banyan.p2p.P2pStream;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.Consumer;

/** One end of a stream in memory. */
final class TestingStream implements P2pStream {
  private final PeerId remote;
  private final String protocol;
  private final TestingPipe in;
  private final TestingPipe out;
  private final Consumer<TestingStream> atEnd;
  private final Beside beside;

  /** Opens a stream to where this one leads. */
  @FunctionalInterface
  interface Beside {
    P2pStream open(String protocol, Duration timeout) throws IOException;
  }

  /** An end of a stream; {@code atEnd} is told when this side leaves it. */
  TestingStream(
      PeerId remote,
      String protocol,
      TestingPipe in,
      TestingPipe out,
      Consumer<TestingStream> atEnd,
      Beside beside) {
    this.remote = remote;
    this.protocol = protocol;
    this.in = in;
    this.out = out;
    this.atEnd = atEnd;
    this.beside = beside;
  }

  void lose() {
    in.fail(TestingWire.LOST);
    out.fail(TestingWire.LOST);
  }

  @Override
  public PeerId remote() {
    return remote;
  }

  @Override
  public String protocol() {
    return protocol;
  }

  @Override
  public InputStream input() {
    return in.input();
  }

  @Override
  public OutputStream output() {
    return out.output();
  }

  @Override
  public void readTimeout(Duration timeout) {
    in.readTimeout(timeout);
  }

  @Override
  public P2pStream openBeside(String protocol, Duration timeout) throws IOException {
    return beside.open(protocol, timeout);
  }

  @Override
  public void closeWrite() {
    out.end();
  }

  @Override
  public void reset() {
    in.fail("the stream was reset");
    out.fail("the stream was reset");
    atEnd.accept(this);
  }

  @Override
  public void close() {
    out.end();
    in.abandon();
    atEnd.accept(this);
  }
}
