package io.banyan.schema;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
  private static final char REPLACEMENT = '\ufffd';

  private Fields() {}

  static Bytes bytes(String what, Data.Reader data, int max) {
    if (data.size() < 0 || data.size() > max) {
      throw new IllegalArgumentException(what + " is " + data.size() + " bytes long, limit " + max);
    }
    return Bytes.wrap(copy(data, 0, data.size()));
  }

  static Digest digest(String what, Data.Reader data) {
    if (data.size() != Digest.LENGTH) {
      throw new IllegalArgumentException(what + " is " + data.size() + " bytes long, not 32");
    }
    return Digest.wrap(copy(data, 0, Digest.LENGTH));
  }

  /** One copy and no views: most of what a message holds goes through here. */
  private static byte[] copy(Data.Reader data, int from, int length) {
    // The library checks a claimed size against nothing before the bytes are touched.
    Objects.checkFromIndexSize(data.offset + from, length, data.buffer.limit());
    byte[] copy = new byte[length];
    data.buffer.get(data.offset + from, copy);
    return copy;
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
    return each(what, data, Digest.LENGTH, max, Digest::wrap);
  }

  /** Keys one after the other. */
  static List<PeerId> peers(String what, Data.Reader data, int max) {
    return each(what, data, PublicKey.LENGTH, max, run -> new PublicKey(Bytes.wrap(run)).peerId());
  }

  private static <T> List<T> each(
      String what, Data.Reader data, int length, int max, Function<byte[], T> read) {
    if (data.size() < 0 || data.size() % length != 0 || data.size() / length > max) {
      throw new IllegalArgumentException(
          what + " are " + data.size() + " bytes long, must be up to " + max + " times " + length);
    }
    T[] list = array(data.size() / length);
    for (int i = 0; i < list.length; i++) {
      list[i] = read.apply(copy(data, i * length, length));
    }
    return List.of(list);
  }

  static Signed signed(String what, Data.Reader data, int payloadBytesMax) {
    if (data.size() < Signed.HEADER_LENGTH
        || data.size() > Signed.HEADER_LENGTH + payloadBytesMax) {
      throw new IllegalArgumentException(
          "signed "
              + what
              + " is "
              + data.size()
              + " bytes long, must be "
              + Signed.HEADER_LENGTH
              + " to "
              + (Signed.HEADER_LENGTH + payloadBytesMax));
    }
    return new Signed(
        new PublicKey(Bytes.wrap(copy(data, 0, PublicKey.LENGTH))),
        Bytes.wrap(copy(data, PublicKey.LENGTH, Signed.SIGNATURE_LENGTH)),
        Bytes.wrap(copy(data, Signed.HEADER_LENGTH, data.size() - Signed.HEADER_LENGTH)));
  }

  /** Valid UTF-8 of at most {@code max} bytes. */
  static String text(String what, Text.Reader text, int max) {
    if (text.size() < 0 || text.size() > max) {
      throw new IllegalArgumentException(what + " is " + text.size() + " bytes long, limit " + max);
    }
    Objects.checkFromIndexSize(text.offset, text.size(), text.buffer.limit());
    byte[] bytes;
    int from = 0;
    if (text.buffer.hasArray()) {
      bytes = text.buffer.array();
      from = text.buffer.arrayOffset() + text.offset;
    } else {
      bytes = new byte[text.size()];
      text.buffer.get(text.offset, bytes);
    }
    String read = new String(bytes, from, text.size(), StandardCharsets.UTF_8);
    // Whatever is not UTF-8 is read as U+FFFD, which then are other bytes than those that came.
    if (read.indexOf(REPLACEMENT) >= 0 && !isUtf8(read, bytes, from, text.size())) {
      throw new IllegalArgumentException(what + " is not UTF-8");
    }
    return read;
  }

  private static boolean isUtf8(String text, byte[] bytes, int from, int length) {
    byte[] again = text.getBytes(StandardCharsets.UTF_8);
    return Arrays.equals(again, 0, again.length, bytes, from, from + length);
  }

  static String sentence(String what, Text.Reader text) {
    return text(what, text, Rules.SENTENCE_BYTES_MAX);
  }

  static <R, T> List<T> list(String what, StructList.Reader<R> from, int max, Function<R, T> read) {
    T[] list = array(size(what, from, max));
    for (int i = 0; i < list.length; i++) {
      list[i] = read.apply(from.get(i));
    }
    return List.of(list);
  }

  /** It never leaves this class, so that nobody can see that it holds anything. */
  @SuppressWarnings("unchecked")
  private static <T> T[] array(int length) {
    return (T[]) new Object[length];
  }

  static List<String> texts(String what, TextList.Reader from, int max, int bytesMax) {
    String[] list = new String[size(what, from, max)];
    for (int i = 0; i < list.length; i++) {
      list[i] = text(what, from.get(i), bytesMax);
    }
    return List.of(list);
  }

  static List<Signed> signeds(String what, DataList.Reader from, int max, int payloadBytesMax) {
    Signed[] list = new Signed[size(what, from, max)];
    for (int i = 0; i < list.length; i++) {
      list[i] = signed(what, from.get(i), payloadBytesMax);
    }
    return List.of(list);
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
    try {
      return Enum.valueOf(type, constant.name());
    } catch (IllegalArgumentException e) {
      throw unset(type.getSimpleName());
    }
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
