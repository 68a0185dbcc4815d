package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;
import java.util.List;
import org.capnproto.StructList;

/** The messages of {@code /banyan/data/1}, one by one. */
final class DataCodec {
  private DataCodec() {}

  static void write(BanyanWire.BlobRequest.Builder to, DataMessage.BlobRequest request) {
    PlanCodec.write(to.initRef(), request.ref());
    to.setFirstByte(request.firstByte());
    to.setByteCount(request.byteCount());
    to.setLink(request.link().bytes());
  }

  static DataMessage.BlobRequest blobRequest(BanyanWire.BlobRequest.Reader from) {
    return new DataMessage.BlobRequest(
        PlanCodec.blobRef(from.getRef()),
        from.getFirstByte(),
        from.getByteCount(),
        Fields.digest("link", from.getLink()));
  }

  static void write(BanyanWire.BlobReply.Builder to, DataMessage.BlobReply reply) {
    PlanCodec.write(to.initRef(), reply.ref());
    to.setFirstByte(reply.firstByte());
    to.setByteCount(reply.byteCount());
    to.setFirstBlock(reply.proof().firstBlock());
    to.setEndBlock(reply.proof().endBlock());
    to.setOutside(Fields.concatenated(reply.proof().outside()));
  }

  static DataMessage.BlobReply blobReply(BanyanWire.BlobReply.Reader from) {
    List<Digest> outside =
        Fields.digests("hashes of a range proof", from.getOutside(), RangeProof.OUTSIDE_MAX);
    return new DataMessage.BlobReply(
        PlanCodec.blobRef(from.getRef()),
        from.getFirstByte(),
        from.getByteCount(),
        new RangeProof(from.getFirstBlock(), from.getEndBlock(), outside));
  }

  static void write(BanyanWire.RopeRequest.Builder to, DataMessage.RopeRequest request) {
    PlanCodec.write(to.initRope(), request.rope());
    to.setLink(request.link().bytes());
  }

  static DataMessage.RopeRequest ropeRequest(BanyanWire.RopeRequest.Reader from) {
    return new DataMessage.RopeRequest(
        PlanCodec.rope(from.getRope()), Fields.digest("link", from.getLink()));
  }

  static void write(BanyanWire.RopeReply.Builder to, DataMessage.RopeReply reply) {
    PlanCodec.write(to.initRope(), reply.rope());
    StructList.Builder<BanyanWire.Value.Builder> parts = to.initParts(reply.parts().size());
    for (int i = 0; i < reply.parts().size(); i++) {
      PlanCodec.write(
          parts.get(i),
          switch (reply.parts().get(i)) {
            case BlobRef ref -> new Value.Blob(ref);
            case Value.Rope rope -> rope;
          });
    }
  }

  static DataMessage.RopeReply ropeReply(BanyanWire.RopeReply.Reader from) {
    return new DataMessage.RopeReply(
        PlanCodec.rope(from.getRope()),
        Fields.list("parts of a rope", from.getParts(), Limits.FAN_OUT, DataCodec::part));
  }

  private static Named part(BanyanWire.Value.Reader from) {
    return switch (PlanCodec.value(from)) {
      case Value.Blob(BlobRef ref) -> ref;
      case Value.Rope rope -> rope;
      case Value.Empty() -> throw new IllegalArgumentException("a rope has an empty part");
    };
  }

  static void write(BanyanWire.EntriesRequest.Builder to, DataMessage.EntriesRequest request) {
    to.setLease(request.lease().bytes());
    to.setFirst(request.first());
    to.setCount(request.count());
  }

  static DataMessage.EntriesRequest entriesRequest(BanyanWire.EntriesRequest.Reader from) {
    return new DataMessage.EntriesRequest(
        TaskCodec.lease(from.getLease()), from.getFirst(), from.getCount());
  }

  static void write(BanyanWire.EntriesReply.Builder to, DataMessage.EntriesReply reply) {
    to.setLease(reply.lease().bytes());
    to.setFirst(reply.first());
    to.setCount(reply.count());
    to.setMore(reply.more());
  }

  static DataMessage.EntriesReply entriesReply(BanyanWire.EntriesReply.Reader from) {
    return new DataMessage.EntriesReply(
        TaskCodec.lease(from.getLease()), from.getFirst(), from.getCount(), from.getMore());
  }
}
