package io.banyan.schema;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.capnproto.Data;
import org.capnproto.DataList;
import org.capnproto.ListReader;
import org.capnproto.StructList;
import org.capnproto.Text;
import org.capnproto.TextList;

/**
 * Single fields, read with their bounds and written. Whatever is out of bounds is an
 * IllegalArgumentException; its length is looked at before anything is copied.
 */
final class Fields {
  private Fields() {}

  static Bytes bytes(String what, Data.Reader data, int max) {
    if (data.size() < 0 || data.size() > max) {
      throw new IllegalArgumentException(what + " is " + data.size() + " bytes long, limit " + max);
    }
    // A claimed size is checked against the segment by the view, not by the reader.
    return Bytes.of(data.asByteBuffer());
  }

  static Digest digest(String what, Data.Reader data) {
    if (data.size() != Digest.LENGTH) {
      throw new IllegalArgumentException(what + " is " + data.size() + " bytes long, not 32");
    }
    return digest(data.asByteBuffer());
  }

  private static Digest digest(ByteBuffer bytes) {
    byte[] digest = new byte[Digest.LENGTH];
    bytes.get(digest);
    return Digest.of(digest);
  }

  static JobId job(Data.Reader data) {
    return new JobId(digest("job id", data));
  }

  static PublicKey key(Data.Reader data) {
    return new PublicKey(bytes("key", data, PublicKey.LENGTH));
  }

  static PeerId peer(Data.Reader data) {
    return key(data).peerId();
  }

  /** Digests one after the other. */
  static List<Digest> digests(String what, Data.Reader data, int max) {
    return each(what, data, Digest.LENGTH, max, Fields::digest);
  }

  /** Keys one after the other. */
  static List<PeerId> peers(String what, Data.Reader data, int max) {
    return each(what, data, PublicKey.LENGTH, max, run -> new PublicKey(Bytes.of(run)).peerId());
  }

  private static <T> List<T> each(
      String what, Data.Reader data, int length, int max, Function<ByteBuffer, T> read) {
    if (data.size() < 0 || data.size() % length != 0 || data.size() / length > max) {
      throw new IllegalArgumentException(
          what + " are " + data.size() + " bytes long, must be up to " + max + " times " + length);
    }
    ByteBuffer all = data.asByteBuffer();
    List<T> list = new ArrayList<>(all.remaining() / length);
    for (int at = 0; at < all.limit(); at += length) {
      list.add(read.apply(all.slice(at, length)));
    }
    return list;
  }

  static Signed signed(String what, Data.Reader data, int payloadBytesMax) {
    return Signed.of(bytes("signed " + what, data, Signed.HEADER_LENGTH + payloadBytesMax));
  }

  /** Valid UTF-8 of at most {@code max} bytes. */
  static String text(String what, Text.Reader text, int max) {
    if (text.size() < 0 || text.size() > max) {
      throw new IllegalArgumentException(what + " is " + text.size() + " bytes long, limit " + max);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text.asByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(what + " is not UTF-8", e);
    }
  }

  static String sentence(String what, Text.Reader text) {
    return text(what, text, Rules.SENTENCE_BYTES_MAX);
  }

  static <R, T> List<T> list(String what, StructList.Reader<R> from, int max, Function<R, T> read) {
    List<T> list = new ArrayList<>(size(what, from, max));
    for (int i = 0; i < from.size(); i++) {
      list.add(read.apply(from.get(i)));
    }
    return list;
  }

  static List<String> texts(String what, TextList.Reader from, int max, int bytesMax) {
    List<String> list = new ArrayList<>(size(what, from, max));
    for (int i = 0; i < from.size(); i++) {
      list.add(text(what, from.get(i), bytesMax));
    }
    return list;
  }

  static List<Signed> signeds(String what, DataList.Reader from, int max, int payloadBytesMax) {
    List<Signed> list = new ArrayList<>(size(what, from, max));
    for (int i = 0; i < from.size(); i++) {
      list.add(signed(what, from.get(i), payloadBytesMax));
    }
    return list;
  }

  static int size(String what, ListReader list, int max) {
    if (list.size() < 0 || list.size() > max) {
      throw new IllegalArgumentException(list.size() + " " + what + ", limit " + max);
    }
    return list.size();
  }

  /**
   * The constant of the same name. The schema's {@code unset}, and what it does not know, have none
   * here.
   */
  static <E extends Enum<E>> E named(Class<E> type, Enum<?> constant) {
    for (E value : type.getEnumConstants()) {
      if (value.name().equals(constant.name())) {
        return value;
      }
    }
    throw unset(type.getSimpleName());
  }

  /** A union whose arm is unset, or not in this version of the schema. */
  static IllegalArgumentException unset(String what) {
    return new IllegalArgumentException(what + " is unset or unknown");
  }

  /** In bulk: the generated setters copy byte by byte. */
  static void put(Data.Builder to, ByteBuffer bytes) {
    to.asByteBuffer().put(bytes);
  }

  static byte[] concatenated(List<Digest> digests) {
    ByteBuffer all = ByteBuffer.allocate(Digest.LENGTH * digests.size());
    digests.forEach(digest -> all.put(digest.bytes()));
    return all.array();
  }

  static byte[] concatenatedKeys(List<PeerId> peers) {
    ByteBuffer all = ByteBuffer.allocate(PublicKey.LENGTH * peers.size());
    peers.forEach(peer -> all.put(peer.key().bytes().asByteBuffer()));
    return all.array();
  }

  static byte[] bytes(PeerId peer) {
    return peer.key().bytes().toArray();
  }

  static void put(TextList.Builder to, List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      to.set(i, new Text.Reader(texts.get(i)));
    }
  }
}
