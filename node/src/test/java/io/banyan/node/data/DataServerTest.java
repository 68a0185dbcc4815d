package io.banyan.node.data;

import static io.banyan.node.data.TestingTransfer.LINK;
import static io.banyan.node.data.TestingTransfer.QUICK;
import static io.banyan.node.data.TestingTransfer.SERVER;
import static io.banyan.node.data.TestingTransfer.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.P2pStream;
import io.banyan.schema.BlobRef;
import io.banyan.schema.DataMessage;
import io.banyan.schema.Digest;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.Limits;
import io.banyan.schema.Message;
import io.banyan.schema.Refused;
import io.banyan.schema.WireCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DataServerTest {
  private static final int BLOCK = Limits.BLOCK_BYTES;
  private static final Duration LONG = Duration.ofSeconds(10);

  @Test
  void whoIsNotEntitledIsRefusedByNameAndCounted() {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(random(10, 5));
      BlobRef other = new BlobRef(Digest.ZERO, 10);

      assertRefused(
          transfer, TestingTransfer.OTHERS_LINK, ref, Refused.Code.NOT_ALLOWED, "is not whom");
      assertRefused(transfer, Digest.ZERO, ref, Refused.Code.NOT_FOUND, "nothing is kept under");
      assertRefused(transfer, LINK, other, Refused.Code.NOT_FOUND, "no blob 000000000000");
      assertRefused(
          transfer,
          LINK,
          new BlobRef(ref.digest(), 11),
          Refused.Code.NOT_FOUND,
          "no blob " + ref.digest().abbreviated());

      assertEquals(
          new TreeMap<>(Map.of(Refused.Code.NOT_ALLOWED, 1L, Refused.Code.NOT_FOUND, 3L)),
          transfer.server.refusals());
      assertEquals(0, transfer.server.servedBytes());
    }
  }

  private static void assertRefused(
      TestingTransfer transfer, Digest link, BlobRef ref, Refused.Code code, String words) {
    FetchException.RefusedByPeer refused =
        assertThrows(
            FetchException.RefusedByPeer.class,
            () -> transfer.client.fetchBytes(SERVER, link, ref, 100));
    assertEquals(code, refused.refused().code());
    assertTrue(refused.refused().sentence().contains(words), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(SERVER + " refused bytes 0 to "));
  }

  /** Settings with pieces of half a mebibyte. */
  private static DataClient.Settings attempts(int attempts) {
    return new DataClient.Settings(8 << 16, attempts, LONG, LONG, LONG);
  }

  @Test
  void moreAnswersThanAreServedAtATimeAreBusy() throws Exception {
    try (TestingTransfer transfer =
            new TestingTransfer(
                attempts(1),
                TestingTransfer::found,
                (_, _) -> false,
                new DataServer.Settings(1, Duration.ofMillis(1), 3, LONG, 1));
        DataClient insisting =
            new DataClient(transfer.fetching, (_, _) -> false, attempts(1_000_000))) {
      byte[] blob = random(20 * BLOCK, 10);
      BlobRef ref = transfer.serve(blob);
      try (P2pStream taker = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
        request(taker, new DataMessage.BlobRequest(ref, 0, 20 * BLOCK, LINK));
        assertEquals(0, taker.input().read()); // the answer is under way: it holds the one turn

        FetchException.RefusedByPeer busy =
            assertThrows(
                FetchException.RefusedByPeer.class,
                () -> transfer.client.fetchBytes(SERVER, LINK, ref, 20 * BLOCK));

        assertEquals(Refused.Code.BUSY, busy.refused().code());
        assertEquals("1 answers are under way, which is the limit", busy.refused().sentence());
        assertEquals(3, busy.refused().retryAfterMillis());
      }
      assertArrayEquals(blob, insisting.fetchBytes(SERVER, LINK, ref, 20 * BLOCK));
    }
  }

  @Test
  void aPeerThatDoesNotTakeItsAnswerLosesItsTurn() throws Exception {
    try (TestingTransfer transfer =
        new TestingTransfer(
            attempts(1),
            TestingTransfer::found,
            (_, _) -> false,
            new DataServer.Settings(1, LONG, 3, Duration.ofSeconds(1), 1 << 30))) {
      byte[] blob = random(20 * BLOCK, 11);
      BlobRef ref = transfer.serve(blob);
      try (P2pStream taker = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
        request(taker, new DataMessage.BlobRequest(ref, 0, 20 * BLOCK, LINK));
        assertEquals(0, taker.input().read()); // the answer is under way: it holds the one turn

        assertArrayEquals(blob, transfer.client.fetchBytes(SERVER, LINK, ref, 20 * BLOCK));
        IOException reset = assertThrows(IOException.class, () -> taker.input().read());
        assertEquals("the stream was reset", reset.getMessage());
      }
    }
  }

  @Test
  void aPeerThatAsksNothingIsReset() throws Exception {
    try (TestingTransfer transfer =
            new TestingTransfer(
                QUICK,
                TestingTransfer::found,
                (_, _) -> false,
                new DataServer.Settings(1, LONG, 3, Duration.ofMillis(20), 1));
        P2pStream silent = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
      IOException reset = assertThrows(IOException.class, () -> silent.input().read());
      assertEquals("the stream was reset", reset.getMessage());
    }
  }

  private static void request(P2pStream stream, Message message) throws IOException {
    stream.output().write(Frames.frame(FrameKind.DATA, WireCodec.encodeMessage(message)));
    stream.closeWrite();
  }

  @Test
  void whatIsNoRequestIsInvalid() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      List<Message> others =
          List.of(
              new DataMessage.EntriesReply(LINK, 0, 0, false),
              new Refused(Refused.Code.BUSY, "no", 0));
      for (Message other : others) {
        try (P2pStream stream = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
          request(stream, other);
          assertEquals(
              new Refused(Refused.Code.INVALID, "the message is no request for data", 0),
              reply(stream));
        }
      }
      try (P2pStream stream = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
        stream.output().write(new byte[] {0, 0, 0, 8, 1, 1, 1, 1, 1, 1, 1, 1});
        stream.closeWrite();
        assertEquals(Refused.Code.INVALID, ((Refused) reply(stream)).code());
      }
      try (P2pStream stream = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
        stream.closeWrite();
        assertEquals(-1, stream.input().read()); // nothing was asked
      }
      try (P2pStream stream = transfer.fetching.open(SERVER, DataServer.PROTOCOL, LONG)) {
        byte[] one =
            Frames.frame(
                FrameKind.DATA,
                WireCodec.encodeMessage(new DataMessage.EntriesRequest(LINK, 0, 1)));
        byte[] two = Arrays.copyOf(one, 2 * one.length);
        System.arraycopy(one, 0, two, one.length, one.length);
        stream.output().write(two);
        stream.closeWrite();
        assertEquals(
            new Refused(Refused.Code.INVALID, "there is more than one request on the stream", 0),
            reply(stream));
      }
      assertEquals(new TreeMap<>(Map.of(Refused.Code.INVALID, 4L)), transfer.server.refusals());
    }
  }

  private static Message reply(P2pStream stream) throws Exception {
    return WireCodec.decodeMessage(Frames.read(FrameKind.DATA, stream.input()).orElseThrow());
  }
}
