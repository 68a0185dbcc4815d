package io.banyan.p2p.multistream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegotiationTest {
  private static final String HEADER = "\u0013/multistream/1.0.0\n";

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final DialNegotiation dial = new DialNegotiation(List.of("/a", "/bb"));
  private final ListenNegotiation listen = new ListenNegotiation(Set.of("/bb", "/ccc")::contains);

  @AfterEach
  void nothingIsHeld() {
    assertEquals(0, allocator.metric().usedHeapMemory());
  }

  @Test
  void theDialerProposesAtOnceAndTheListenerGreets() {
    assertEquals(HEADER + "\u0003/a\n", text(dial.output(allocator)));
    assertEquals("", text(dial.output(allocator)));
    assertEquals(HEADER, text(listen.output(allocator)));
  }

  @Test
  void theNextProtocolIsProposedWhenOneIsNotSpoken() throws ViolationException {
    dial.output(allocator).release();

    assertEquals(new Negotiated.Pending(), dial.receive(bytes(HEADER)));
    assertEquals("", text(dial.output(allocator)));
    assertEquals(new Negotiated.Pending(), dial.receive(bytes("\u0003na\n")));
    assertEquals("\u0004/bb\n", text(dial.output(allocator)));

    agreed("/bb", "what follows", dial.receive(bytes("\u0004/bb\nwhat follows")));
  }

  @Test
  void whenNoneIsSpokenTheSentenceNamesThemAll() throws ViolationException {
    assertEquals(
        new Negotiated.Refused("the peer speaks none of /a, /bb"),
        dial.receive(bytes(HEADER + "\u0003na\n" + "\u0003na\n")));
  }

  @Test
  void theListenerEchoesWhatItSpeaks() throws ViolationException {
    listen.output(allocator).release();

    assertEquals(new Negotiated.Pending(), listen.receive(bytes(HEADER + "\u0003/a\n")));
    assertEquals("\u0003na\n", text(listen.output(allocator)));
    agreed("/ccc", "", listen.receive(bytes("\u0005/ccc\n")));
    assertEquals("\u0005/ccc\n", text(listen.output(allocator)));
  }

  @Test
  void aListOfProtocolsIsNotGiven() throws ViolationException {
    listen.output(allocator).release();

    assertEquals(new Negotiated.Pending(), listen.receive(bytes(HEADER + "\u0003ls\n")));
    assertEquals("\u0003na\n", text(listen.output(allocator)));
  }

  @Test
  void whoProposesOneProtocolMaySendItsFirstBytesBehindIt() throws ViolationException {
    DialNegotiation lazy = new DialNegotiation(List.of("/bb"));

    agreed("/bb", "question", listen.receive(bytes(text(lazy.output(allocator)) + "question")));
    agreed("/bb", "answer", lazy.receive(bytes(text(listen.output(allocator)) + "answer")));
  }

  @Test
  void nothingIsDeliveredBeforeTheEcho() throws ViolationException {
    DialNegotiation lazy = new DialNegotiation(List.of("/bb"));

    assertEquals(new Negotiated.Pending(), lazy.receive(bytes(HEADER)));
    assertThrows(ViolationException.class, () -> lazy.receive(bytes("\u0004bad\n")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          '\u0003na\n'                         | the peer begins with 'na', not with /multistream/1.0.0
          '\u0007\u001b[2Jé\n'                 | the peer begins with '?[2J?', not with /multistream/1.0.0
          '\u0001x'                            | a message of multistream-select has no line feed at its end
          '\u0002ab'                           | a message of multistream-select has no line feed at its end
          '\u0013/multistream/1.0.0\n\u0003/b\n' | the peer answers '/b' to the proposal of /a
          'GET / HTTP/1.1 of some other network, which has 71 and more characters and an end' | a message of multistream-select has no line feed at its end
          """)
  void aPeerThatSpeaksOtherwiseIsRefused(String text, String sentence) {
    var refused = assertThrows(ViolationException.class, () -> dial.receive(bytes(text)));

    assertEquals(sentence, refused.sentence());
  }

  @Test
  void aMessageHasAtLeastItsLineFeed() {
    assertThrows(ViolationException.class, () -> dial.receive(bytes("\0")));
    assertThrows(ViolationException.class, () -> listen.receive(bytes("\1\n")));
  }

  @Test
  void aMessageIsAtMost1024BytesLong() throws ViolationException {
    String longest = "/" + "p".repeat(1022);
    var listener = new ListenNegotiation(longest::equals);
    var dialer = new DialNegotiation(List.of(longest));

    agreed(longest, "", listener.receive(dialer.output(allocator)));
    agreed(longest, "", dialer.receive(listener.output(allocator)));

    assertThrows(IllegalArgumentException.class, () -> new DialNegotiation(List.of(longest + "p")));
    ByteBuf tooLong = Unpooled.wrappedBuffer(new byte[] {(byte) 0x81, 0x08});
    var refused = assertThrows(ViolationException.class, () -> listen.receive(tooLong));
    assertEquals("the number 1025 is over the limit 1024", refused.sentence());
  }

  @Test
  void proposalsComeToAnEnd() throws ViolationException {
    listen.receive(bytes(HEADER));
    for (int i = 1; i < ListenNegotiation.PROPOSALS_MAX; i++) {
      assertEquals(new Negotiated.Pending(), listen.receive(bytes("\u0003/x\n")));
    }

    assertThrows(ViolationException.class, () -> listen.receive(bytes("\u0003/x\n")));
  }

  @Test
  void whoProposesProposesSomething() {
    assertThrows(IllegalArgumentException.class, () -> new DialNegotiation(List.of()));
  }

  @Property(tries = 300)
  void bothSidesAgreeOnTheDialersFirstThatTheListenerSpeaks(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 9) Integer> proposed,
      @ForAll Set<@IntRange(max = 9) Integer> spoken,
      @ForAll long seed)
      throws ViolationException {
    List<String> protocols = proposed.stream().map(i -> "/protocol/" + i).toList();
    var expected =
        proposed.stream().filter(spoken::contains).findFirst().map(i -> "/protocol/" + i);
    var dialer = new DialNegotiation(protocols);
    var listener =
        new ListenNegotiation(name -> spoken.contains(Integer.parseInt(name.substring(10))));
    Random random = new Random(seed);
    ByteBuf toListener = Unpooled.buffer();
    ByteBuf toDialer = Unpooled.buffer();
    Negotiated dialed = new Negotiated.Pending();
    Negotiated listened = new Negotiated.Pending();
    int rounds = 0;

    while (dialed instanceof Negotiated.Pending) {
      write(dialer.output(allocator), toListener);
      if (listened instanceof Negotiated.Pending) {
        listened = listener.receive(piece(toListener, random));
      }
      write(listener.output(allocator), toDialer);
      dialed = dialer.receive(piece(toDialer, random));
      assertEquals(true, ++rounds < 10_000);
    }

    if (expected.isPresent()) {
      agreed(expected.get(), "", dialed);
      agreed(expected.get(), "", listened);
    } else {
      assertInstanceOf(Negotiated.Refused.class, dialed);
      assertInstanceOf(Negotiated.Pending.class, listened);
    }
    nothingIsHeld();
  }

  @Property(tries = 500)
  void noBytesMakeEitherSideFailOtherwise(
      @ForAll @Size(max = 300) byte[] garbage, @ForAll boolean greeted) {
    for (int i = 0; i < 2; i++) {
      ByteBuf in = Unpooled.buffer();
      if (greeted) {
        in.writeCharSequence(HEADER, StandardCharsets.UTF_8);
      }
      in.writeBytes(garbage);
      try {
        Negotiated told =
            i == 0
                ? new DialNegotiation(List.of("/a")).receive(in)
                : new ListenNegotiation("/a"::equals).receive(in);
        if (told instanceof Negotiated.Agreed(String _, ByteBuf rest)) {
          rest.release();
        }
      } catch (ViolationException e) {
        assertEquals(false, e.sentence().isEmpty());
      }
      assertEquals(0, in.refCnt());
    }
  }

  private static void agreed(String protocol, String rest, Negotiated told) {
    var agreed = assertInstanceOf(Negotiated.Agreed.class, told);
    assertEquals(protocol, agreed.protocol());
    assertEquals(rest, text(agreed.rest()));
  }

  private ByteBuf piece(ByteBuf from, Random random) {
    int count = random.nextInt(from.readableBytes() + 1);
    return allocator.buffer().writeBytes(from, count);
  }

  private static void write(ByteBuf from, ByteBuf to) {
    to.writeBytes(from);
    from.release();
  }

  private ByteBuf bytes(String text) {
    return allocator.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.release();
    return text;
  }
}
