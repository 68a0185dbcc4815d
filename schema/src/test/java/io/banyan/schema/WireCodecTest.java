package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.schema.wire.BanyanWire;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.capnproto.Void;
import org.junit.jupiter.api.Test;

final class WireCodecTest {
  @Test
  void everyExampleComesBack() throws MalformedMessageException {
    for (Map.Entry<String, WireValues.Encoded> example : WireValues.examples().entrySet()) {
      WireValues.Encoded encoded = example.getValue();

      assertEquals(encoded.value(), encoded.decoded(), example.getKey());
    }
  }

  @Property(tries = 200)
  void everyValueOfEveryKindComesBackAndIsTheSameBytes(@ForAll long seed)
      throws MalformedMessageException {
    List<WireValues.Encoded> first = WireValues.samples(new Samples(new Random(seed)));
    List<WireValues.Encoded> again = WireValues.samples(new Samples(new Random(seed)));

    for (int i = 0; i < first.size(); i++) {
      assertEquals(first.get(i).value(), first.get(i).decoded());
      assertArrayEquals(first.get(i).bytes(), again.get(i).bytes());
    }
  }

  @Test
  void everyKindOfMessageHasAnExampleAndASample() {
    Set<String> kinds = kinds(new Samples(new Random(1)).messages());
    Set<String> examples = kinds(Examples.messages().values());

    assertEquals(kinds, examples);
    // Every arm but unset, and _NOT_IN_SCHEMA.
    assertEquals(BanyanWire.Message.Which.values().length - 2, kinds.size());
    assertEquals(
        BanyanWire.ReceiptEntry.Which.values().length - 2,
        kinds(Examples.receiptEntries().values()).size());
  }

  private static Set<String> kinds(Collection<?> values) {
    return values.stream()
        .map(value -> value.getClass().getSimpleName())
        .collect(Collectors.toSet());
  }

  @Test
  void everyEnumHasTheConstantsOfTheSchemaInItsOrder() {
    assertSame(BanyanWire.Priority.values(), Priority.values());
    assertSame(BanyanWire.MemoPolicy.values(), MemoPolicy.values());
    assertSame(BanyanWire.GuestFunction.values(), GuestFunction.values());
    assertSame(BanyanWire.TrapKind.values(), TrapKind.values());
    assertSame(BanyanWire.LimitKind.values(), LimitKind.values());
    assertSame(BanyanWire.RefusedCode.values(), Refused.Code.values());
    assertSame(BanyanWire.BudgetKind.values(), Failure.BudgetKind.values());
    assertSame(BanyanWire.JobState.values(), JobState.values());
    assertSame(BanyanWire.NodeEventKind.values(), JobEvent.NodeEventKind.values());
    assertSame(BanyanWire.LeaseState.values(), TreeLine.State.values());
    assertSame(BanyanWire.Role.values(), DecisionLine.Role.values());
    assertSame(BanyanWire.Standing.values(), Standing.values());
  }

  private static void assertSame(Enum<?>[] wire, Enum<?>[] values) {
    List<String> expected = new ArrayList<>(List.of("UNSET"));
    Arrays.stream(values).map(Enum::name).forEach(expected::add);
    expected.add("_NOT_IN_SCHEMA");

    assertEquals(expected, Arrays.stream(wire).map(Enum::name).toList());
  }

  @Test
  void whatIsUnsetIsMalformed() {
    byte[] nothing = Wire.encode(BanyanWire.Message.factory, to -> to.setUnset(Void.VOID));
    byte[] noAnswer =
        Wire.encode(
            BanyanWire.Message.factory,
            to -> to.initLeaseReply().setLease(Examples.LEASE_DIGEST.bytes()));
    byte[] noState =
        Wire.encode(
            BanyanWire.Message.factory,
            to -> to.initJobStatus().setJob(Examples.JOB.digest().bytes()));

    assertEquals("kind of message is unset or unknown", rule(nothing));
    assertEquals("answer to a lease offer is unset or unknown", rule(noAnswer));
    assertEquals("JobState is unset or unknown", rule(noState));
  }

  @Test
  void anArmOfALaterSchemaIsMalformed() {
    byte[] ack = WireCodec.encodeMessage(new Ack(Digest.ZERO));
    ack[16] = 99; // the root's first data word is its discriminant

    assertEquals("kind of message is unset or unknown", rule(ack));
  }

  @Test
  void fieldsOfALaterSchemaAreSkipped() throws MalformedMessageException {
    Heartbeat heartbeat = new Heartbeat(7, 3, List.of());
    byte[] today = WireCodec.encodeMessage(heartbeat);
    // A root with one more data word: pointer, discriminant, new word, then the old pointer, whose
    // distance stays.
    ByteBuffer later = ByteBuffer.allocate(today.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    later.putInt(0).putInt(today.length / 8).putInt(0).putShort((short) 2).putShort((short) 1);
    later.put(today, 16, 8).putLong(-1).put(today, 24, today.length - 24);

    assertEquals(heartbeat, WireCodec.decodeMessage(later.flip()));
  }

  @Test
  void textThatIsNotUtf8IsMalformed() {
    byte[] refused = WireCodec.encodeMessage(new Refused(Refused.Code.BUSY, "sentence", 0));
    int at = indexOf(refused, "sentence");
    refused[at] = (byte) 0xc0;

    assertEquals("refusal is not UTF-8", rule(refused));
  }

  @Test
  void theCharacterThatStandsForNoneIsTextLikeAnyOther() throws MalformedMessageException {
    Refused refused = new Refused(Refused.Code.BUSY, "what is \ufffd?", 0);

    assertEquals(
        refused, WireCodec.decodeMessage(ByteBuffer.wrap(WireCodec.encodeMessage(refused))));
  }

  @Test
  void whereTheBytesLieMakesNoDifference() throws MalformedMessageException {
    for (Message message : Examples.messages().values()) {
      byte[] bytes = WireCodec.encodeMessage(message);
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      ByteBuffer within = ByteBuffer.allocate(bytes.length + 24).position(8).put(bytes).flip();

      assertEquals(message, WireCodec.decodeMessage(direct));
      assertEquals(message, WireCodec.decodeMessage(within.position(8)));
      assertEquals(message, WireCodec.decodeMessage(within.slice().asReadOnlyBuffer()));
    }
  }

  @Test
  void controlCharactersInASentenceAreMalformed() {
    byte[] refused = WireCodec.encodeMessage(new Refused(Refused.Code.BUSY, "sentence", 0));
    refused[indexOf(refused, "sentence")] = 0x1b;

    assertEquals("refusal has the control character 27 at 0", rule(refused));
  }

  @Test
  void aRecordsOwnRuleIsMalformedOnTheWire() {
    byte[] heartbeat =
        Wire.encode(BanyanWire.Message.factory, to -> to.initHeartbeat().setSequence(-1));

    assertEquals("sequence is -1, must be 0 or more", rule(heartbeat));
  }

  @Test
  void aLimitOfACallOverItsMaximumIsMalformed() throws MalformedMessageException {
    byte[] payload = WireCodec.encodeManifest(Examples.MANIFEST);
    ByteBuffer words = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    int fuelAt = 0;
    while (words.getLong(fuelAt) != CallLimits.DEFAULT.fuel()) {
      fuelAt += Long.BYTES;
    }
    int depthAt = fuelAt + 2 * Long.BYTES; // fuel, memory, depth

    words.putLong(depthAt, CallLimits.DEPTH_BYTES_MAX);
    assertEquals(Examples.MANIFEST, WireCodec.decodeManifest(Bytes.of(payload)));

    words.putLong(depthAt, CallLimits.DEPTH_BYTES_MAX + 1);
    assertEquals(
        "depth limit is 1048577 bytes, must be 1 to 1048576",
        assertThrows(
                MalformedMessageException.class, () -> WireCodec.decodeManifest(Bytes.of(payload)))
            .rule());
  }

  @Test
  void aListOverItsLimitIsMalformedBeforeItIsRead() {
    byte[] heartbeat =
        Wire.encode(BanyanWire.Message.factory, to -> to.initHeartbeat().initLeases(129));

    assertEquals("129 leases in a heartbeat, limit 128", rule(heartbeat));
  }

  @Test
  void aMessageLongerThanItsKindIsMalformed() {
    byte[] ack =
        Wire.encode(BanyanWire.Message.factory, to -> to.initAck().setDigest(new byte[2000]));

    assertEquals("message ACK is " + ack.length + " bytes long, limit 1024", rule(ack));
  }

  @Test
  void aPayloadLongerThanItsKindIsMalformed() {
    Bytes payload = Bytes.of(new byte[WireLimits.CANCEL_BYTES_MAX + 8]);

    MalformedMessageException malformed =
        assertThrows(MalformedMessageException.class, () -> WireCodec.decodeCancel(payload));

    assertEquals("payload is 2056 bytes long, limit 2048", malformed.rule());
  }

  @Test
  void aReceiptIsAsLongOverAMillionReceiptsAsOverOne() {
    Receipt.Merged one = Receipt.Merged.over(List.of(Digest.ZERO));
    Receipt.Merged million = new Receipt.Merged(Digest.ZERO, Receipt.Merged.LENT_MAX);

    assertEquals(encoded(one).length, encoded(million).length);
  }

  private static byte[] encoded(Receipt.Merged basis) {
    return WireCodec.encodeReceipt(
        new Receipt(
            Examples.JOB,
            Examples.KEY,
            Examples.LEASE_DIGEST,
            new Value.Blob(Examples.OUTPUT),
            Digest.ZERO,
            4096,
            0,
            basis));
  }

  @Test
  void theLongestValueOfEachKindFits() throws MalformedMessageException {
    for (WireValues.Encoded longest : Longest.values()) {
      assertEquals(longest.value(), longest.decoded());
    }
    for (Message message : Longest.messages()) {
      FrameKind kind =
          switch (message) {
            case DataMessage _ -> FrameKind.DATA;
            case TaskMessage _ -> FrameKind.TASK;
            case ClientMessage _ -> FrameKind.CLIENT;
          };
      Frames.frame(kind, WireCodec.encodeMessage(message));
    }
  }

  @Test
  void aStepTakes248Bytes() {
    byte[] step = WireCodec.encodeReceiptEntry(Examples.receiptEntries().get("entryExecute"));

    assertEquals(248, step.length);
  }

  private static int indexOf(byte[] bytes, String ascii) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(ascii);
  }

  private static String rule(byte[] message) {
    return assertThrows(
            MalformedMessageException.class,
            () -> WireCodec.decodeMessage(ByteBuffer.wrap(message)))
        .rule();
  }
}
