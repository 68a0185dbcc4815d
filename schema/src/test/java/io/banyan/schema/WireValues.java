package io.banyan.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every kind of value that travels, with its way to bytes and back. */
final class WireValues {
  private WireValues() {}

  /** Bytes to value. */
  interface Decoder<T> {
    T decode(Bytes bytes) throws MalformedMessageException;
  }

  /** One value, its bytes, and what reads them. */
  record Encoded(Object value, Bytes message, Decoder<?> decoder) {
    Encoded(Object value, byte[] message, Decoder<?> decoder) {
      this(value, Bytes.of(message), decoder);
    }

    byte[] bytes() {
      return message.toArray();
    }

    Object decoded() throws MalformedMessageException {
      return decoder.decode(message);
    }
  }

  static Encoded of(Message message) {
    return new Encoded(
        message,
        WireCodec.encodeMessage(message),
        bytes -> WireCodec.decodeMessage(bytes.withArray()));
  }

  static Encoded of(ReceiptEntry entry) {
    return new Encoded(
        entry,
        WireCodec.encodeReceiptEntry(entry),
        bytes -> WireCodec.decodeReceiptEntry(bytes.withArray()));
  }

  static Encoded of(Manifest manifest) {
    return new Encoded(manifest, WireCodec.encodeManifest(manifest), WireCodec::decodeManifest);
  }

  static Encoded of(Lease lease) {
    return new Encoded(lease, WireCodec.encodeLease(lease), WireCodec::decodeLease);
  }

  static Encoded of(Receipt receipt) {
    return new Encoded(receipt, WireCodec.encodeReceipt(receipt), WireCodec::decodeReceipt);
  }

  static Encoded of(TaskFailure failure) {
    return new Encoded(failure, WireCodec.encodeTaskFailure(failure), WireCodec::decodeTaskFailure);
  }

  static Encoded of(Cancel cancel) {
    return new Encoded(cancel, WireCodec.encodeCancel(cancel), WireCodec::decodeCancel);
  }

  static Encoded of(Accepted accepted) {
    return new Encoded(accepted, WireCodec.encodeAccepted(accepted), WireCodec::decodeAccepted);
  }

  /** All {@link Examples}, by name. */
  static Map<String, Encoded> examples() {
    Map<String, Encoded> all = new LinkedHashMap<>();
    all.put("manifest", of(Examples.MANIFEST));
    all.put("lease", of(Examples.LEASE));
    all.put("leasePart", of(Examples.PART_LEASE));
    all.put("receiptRan", of(Examples.RAN));
    all.put("receiptMerged", of(Examples.MERGED));
    all.put("taskFailure", of(Examples.TASK_FAILURE));
    all.put("cancel", of(Examples.CANCEL));
    all.put("accepted", of(Examples.ACCEPTED));
    Examples.messages().forEach((name, message) -> all.put(name, of(message)));
    Examples.receiptEntries().forEach((name, entry) -> all.put(name, of(entry)));
    return all;
  }

  /** One random value of each kind. */
  static List<Encoded> samples(Samples samples) {
    List<Encoded> all = new ArrayList<>();
    all.add(of(samples.manifest()));
    all.add(of(samples.lease()));
    all.add(of(samples.receipt()));
    all.add(of(samples.taskFailure()));
    all.add(of(samples.cancel()));
    all.add(of(samples.accepted()));
    samples.messages().forEach(message -> all.add(of(message)));
    samples.receiptEntries().forEach(entry -> all.add(of(entry)));
    return all;
  }
}
