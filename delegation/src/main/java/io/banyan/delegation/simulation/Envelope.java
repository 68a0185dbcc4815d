package io.banyan.delegation.simulation;

import io.banyan.delegation.LeaseFailure;
import io.banyan.schema.Ack;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cancel;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.Failure;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Receipt;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.WireCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is around a letter: nothing, or a signature and the bytes of production's codec. A signature
 * here is a hash under the signer's name: it costs little, and tells who signed what.
 *
 * <p>Confined to the thread that simulates.
 */
final class Envelope {
  private final boolean wire;
  private final Simulation world;
  private final Map<Digest, Signed> leases = new HashMap<>(); // by name, as long as there are bytes
  private long nextName;

  Envelope(Simulation world, boolean wire) {
    this.world = world;
    this.wire = wire;
  }

  /** The name of a lease that {@code lender} signs as its {@code number}-th. */
  Digest name(Lease lease, VirtualNode lender, long number) {
    if (!wire) {
      byte[] unique = new byte[Digest.LENGTH];
      ByteBuffer.wrap(unique)
          .putLong(Draws.mix(nextName))
          .putInt(lender.number)
          .putInt(lender.lives())
          .putLong(number)
          .putLong(nextName++);
      return Digest.of(unique);
    }
    Signed signed = signed(lender, WireCodec.encodeLease(lease));
    leases.put(signed.digest(), signed);
    return signed.digest();
  }

  private static Signed signed(VirtualNode signer, byte[] payload) {
    byte[] name = signer.id.key().bytes().toArray();
    Digest one = Digest.sha256(name, payload);
    byte[] signature = new byte[Signed.SIGNATURE_LENGTH];
    System.arraycopy(one.bytes(), 0, signature, 0, Digest.LENGTH);
    System.arraycopy(one.bytes(), 0, signature, Digest.LENGTH, Digest.LENGTH);
    return new Signed(signer.id.key(), Bytes.of(signature), Bytes.of(payload));
  }

  /** {@code letter} as it arrives: the same, or a bug. */
  Letter through(Letter letter, VirtualNode from) {
    if (!wire) {
      return letter;
    }
    try {
      byte[] bytes = WireCodec.encodeMessage(message(letter, from));
      Letter read = read((TaskMessage) WireCodec.decodeMessage(ByteBuffer.wrap(bytes)));
      Violation.unless(read.equals(letter), "the codec made of ", letter, ": ", read);
      return read;
    } catch (MalformedMessageException e) {
      throw new Violation("the codec does not read what it wrote: " + letter, e);
    }
  }

  private TaskMessage message(Letter letter, VirtualNode from) {
    return switch (letter) {
      case Letter.Hello(int workers, long fuelPerSecond) ->
          new CapabilityReport(
              "0.1.0",
              1,
              List.of(Profile.ONE),
              workers,
              workers,
              fuelPerSecond,
              1L << 30,
              0,
              List.of(),
              new CapabilityReport.JobLimits(CallLimits.DEFAULT, 1L << 40, 1 << 20),
              true);
      case Letter.Beat(long sequence, int freeWorkers, List<Letter.Progress> leases) ->
          new Heartbeat(
              sequence,
              freeWorkers,
              leases.stream()
                  .map(lease -> new Heartbeat.LeaseProgress(lease.link(), lease.leavesDone(), 0, 0))
                  .toList());
      case Letter.Offer(Digest link, List<Lease> chain) -> offer(link, chain, from);
      case Letter.Reply(Digest link, LeaseReply.Answer answer) -> new LeaseReply(link, answer);
      case Letter.Result(Digest link, Receipt receipt) ->
          new TaskMessage.Result(link, signed(from, WireCodec.encodeReceipt(receipt)));
      case Letter.Gone(Digest link, LeaseFailure failure) ->
          new Failure(link, kind(link, failure, from));
      case Letter.Cancel(Digest link, String reason) ->
          new TaskMessage.CancelLease(
              signed(from, WireCodec.encodeCancel(new Cancel(link, reason))));
      case Letter.Orphan(JobId job, List<TaskMessage.Finished> finished) ->
          new TaskMessage.Orphan(job, finished);
      case Letter.Acked(Digest link) -> new Ack(link);
    };
  }

  private TaskMessage offer(Digest link, List<Lease> chain, VirtualNode from) {
    List<Signed> signed = new ArrayList<>();
    for (Lease above : chain.subList(1, chain.size())) {
      signed.add(signedLease(above.parent()));
    }
    signed.add(signedLease(link));
    VirtualJob job = world.job(chain.getFirst().job());
    return new TaskMessage.LeaseOffer(
        signed(from, WireCodec.encodeManifest(job.manifest())), signed);
  }

  private Signed signedLease(Digest link) {
    Signed signed = leases.get(link);
    if (signed == null) {
      throw new IllegalStateException("nobody signed the lease " + link);
    }
    return signed;
  }

  private static Failure.Kind kind(Digest link, LeaseFailure failure, VirtualNode from) {
    return switch (failure) {
      case LeaseFailure.TaskFailed(PlanNode node, Claim claim) ->
          new Failure.TaskFailed(
              signed(from, WireCodec.encodeTaskFailure(new TaskFailure(link, node, claim))));
      case LeaseFailure.Lost(String sentence) -> new Failure.NodeFailure(sentence);
      case LeaseFailure.OverGrant(String sentence) ->
          new Failure.LimitExceeded(Failure.BudgetKind.LEAVES, sentence);
    };
  }

  private static Letter read(TaskMessage message) throws MalformedMessageException {
    return switch (message) {
      case CapabilityReport report -> new Letter.Hello(report.workers(), report.fuelPerSecond());
      case Heartbeat beat ->
          new Letter.Beat(
              beat.sequence(),
              beat.freeWorkers(),
              beat.leases().stream()
                  .map(lease -> new Letter.Progress(lease.lease(), lease.leavesDone()))
                  .toList());
      case TaskMessage.LeaseOffer offer -> {
        List<Lease> chain = new ArrayList<>();
        for (Signed lease : offer.chain()) {
          chain.add(WireCodec.decodeLease(lease.payload()));
        }
        yield new Letter.Offer(offer.offered().digest(), chain);
      }
      case LeaseReply(Digest link, LeaseReply.Answer answer) -> new Letter.Reply(link, answer);
      case TaskMessage.Result(Digest link, Signed receipt) ->
          new Letter.Result(link, WireCodec.decodeReceipt(receipt.payload()));
      case Failure(Digest link, Failure.Kind kind) -> new Letter.Gone(link, failure(kind));
      case TaskMessage.CancelLease(Signed signed) -> {
        Cancel cancel = WireCodec.decodeCancel(signed.payload());
        yield new Letter.Cancel(cancel.link(), cancel.reason());
      }
      case Ack(Digest link) -> new Letter.Acked(link);
      case TaskMessage.Orphan(JobId job, List<TaskMessage.Finished> finished) ->
          new Letter.Orphan(job, finished);
      case TaskMessage.TaskLogs _, TaskMessage.ProofRequest _, io.banyan.schema.ProofReply _ ->
          throw new IllegalStateException("nobody here says " + message);
    };
  }

  private static LeaseFailure failure(Failure.Kind kind) throws MalformedMessageException {
    return switch (kind) {
      case Failure.TaskFailed(Signed signed) -> {
        TaskFailure failed = WireCodec.decodeTaskFailure(signed.payload());
        yield new LeaseFailure.TaskFailed(failed.node(), failed.claim());
      }
      case Failure.NodeFailure(String sentence) -> new LeaseFailure.Lost(sentence);
      case Failure.LimitExceeded(var _, String sentence) -> new LeaseFailure.OverGrant(sentence);
      case Failure.ValidationFailure _, Failure.TimeoutFailure _, io.banyan.schema.Refused _ ->
          throw new IllegalStateException("nobody here fails by " + kind);
    };
  }
}
