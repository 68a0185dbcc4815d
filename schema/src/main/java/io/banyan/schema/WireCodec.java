package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.capnproto.FromPointerBuilder;
import org.capnproto.FromPointerReader;

/**
 * Values to bytes and back: standard unpacked Cap'n Proto messages, as {@code banyan.capnp} has
 * them. The same value is always the same bytes. Bytes that are no value are a {@link
 * MalformedMessageException}, and nothing else.
 *
 * <p>Nothing is allocated because bytes claim a size, and no more is read than came, however many
 * pointers lead to the same bytes. At any moment a decoder holds the value as far as it is made
 * and, beside it, less than 64 KiB. All that it allocates on the way, most of it readers that are
 * garbage at once, is at most 64 KiB and 5 bytes for each byte of the message beside what the value
 * holds; of a message that turns out to be malformed, 64 KiB and 8 bytes for each of its bytes in
 * all.
 *
 * <p>What is signed is encoded once and kept: payloads are decoded from the exact bytes that came.
 *
 * <p>Safe for any thread.
 */
public final class WireCodec {
  private WireCodec() {}

  public static byte[] encodeManifest(Manifest manifest) {
    return payload(
        WireLimits.MANIFEST_BYTES_MAX,
        BanyanWire.Manifest.factory,
        to -> PayloadCodec.write(to, manifest));
  }

  public static Manifest decodeManifest(Bytes payload) throws MalformedMessageException {
    return value(
        payload,
        WireLimits.MANIFEST_BYTES_MAX,
        BanyanWire.Manifest.factory,
        PayloadCodec::manifest);
  }

  public static byte[] encodeLease(Lease lease) {
    return payload(
        WireLimits.LEASE_BYTES_MAX, BanyanWire.Lease.factory, to -> PayloadCodec.write(to, lease));
  }

  public static Lease decodeLease(Bytes payload) throws MalformedMessageException {
    return value(
        payload, WireLimits.LEASE_BYTES_MAX, BanyanWire.Lease.factory, PayloadCodec::lease);
  }

  public static byte[] encodeReceipt(Receipt receipt) {
    return payload(
        WireLimits.RECEIPT_BYTES_MAX,
        BanyanWire.Receipt.factory,
        to -> PayloadCodec.write(to, receipt));
  }

  public static Receipt decodeReceipt(Bytes payload) throws MalformedMessageException {
    return value(
        payload, WireLimits.RECEIPT_BYTES_MAX, BanyanWire.Receipt.factory, PayloadCodec::receipt);
  }

  public static byte[] encodeTaskFailure(TaskFailure failure) {
    return payload(
        WireLimits.TASK_FAILURE_BYTES_MAX,
        BanyanWire.TaskFailure.factory,
        to -> PayloadCodec.write(to, failure));
  }

  public static TaskFailure decodeTaskFailure(Bytes payload) throws MalformedMessageException {
    return value(
        payload,
        WireLimits.TASK_FAILURE_BYTES_MAX,
        BanyanWire.TaskFailure.factory,
        PayloadCodec::taskFailure);
  }

  public static byte[] encodeCancel(Cancel cancel) {
    return payload(
        WireLimits.CANCEL_BYTES_MAX,
        BanyanWire.Cancel.factory,
        to -> PayloadCodec.write(to, cancel));
  }

  public static Cancel decodeCancel(Bytes payload) throws MalformedMessageException {
    return value(
        payload, WireLimits.CANCEL_BYTES_MAX, BanyanWire.Cancel.factory, PayloadCodec::cancel);
  }

  public static byte[] encodeAccepted(Accepted accepted) {
    return payload(
        WireLimits.ACCEPTED_BYTES_MAX,
        BanyanWire.Accepted.factory,
        to -> PayloadCodec.write(to, accepted));
  }

  public static Accepted decodeAccepted(Bytes payload) throws MalformedMessageException {
    return value(
        payload,
        WireLimits.ACCEPTED_BYTES_MAX,
        BanyanWire.Accepted.factory,
        PayloadCodec::accepted);
  }

  /** The message without its length in front; {@link Frames#frame} puts that there. */
  public static byte[] encodeMessage(Message message) {
    return Wire.encode(BanyanWire.Message.factory, to -> MessageCodec.write(to, message));
  }

  /** The message that {@code bytes}, all that remain, say; their position stays. */
  public static Message decodeMessage(ByteBuffer bytes) throws MalformedMessageException {
    return Wire.decode(
        bytes, BanyanWire.Message.factory, from -> MessageCodec.message(from, bytes.remaining()));
  }

  public static byte[] encodeReceiptEntry(ReceiptEntry entry) {
    return Wire.encode(BanyanWire.ReceiptEntry.factory, to -> MessageCodec.write(to, entry));
  }

  /** The entry that {@code bytes}, all that remain, say; their position stays. */
  public static ReceiptEntry decodeReceiptEntry(ByteBuffer bytes) throws MalformedMessageException {
    return Wire.decode(bytes, BanyanWire.ReceiptEntry.factory, MessageCodec::receiptEntry);
  }

  private static <B> byte[] payload(int bytesMax, FromPointerBuilder<B> root, Consumer<B> fill) {
    byte[] payload = Wire.encode(root, fill);
    if (payload.length > bytesMax) {
      throw new IllegalArgumentException(
          "payload is " + payload.length + " bytes long, limit " + bytesMax);
    }
    return payload;
  }

  private static <R, T> T value(
      Bytes payload, int bytesMax, FromPointerReader<R> root, Function<R, T> read)
      throws MalformedMessageException {
    if (payload.length() > bytesMax) {
      throw MalformedMessageException.at(
          bytesMax, "payload is " + payload.length() + " bytes long, limit " + bytesMax);
    }
    return Wire.decode(payload.withArray(), root, read);
  }
}
