package io.banyan.schema;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a value holds in memory, by its own walk over records: the sizes of HotSpot's objects with
 * 12-byte headers and 4-byte references, as heaps under 32 GiB have them. Constants that all values
 * share count nothing.
 */
final class Retained {
  private static final long HEADER_BYTES = 12;
  private static final long REFERENCE_BYTES = 4;

  private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();

  private Retained() {}

  static long bytes(Object value) {
    return switch (value) {
      case Record made -> record(made);
      case Digest _ -> object(REFERENCE_BYTES) + array(Digest.LENGTH);
      case Bytes bytes -> bytes.length() == 0 ? 0 : object(REFERENCE_BYTES) + array(bytes.length());
      case String text -> object(REFERENCE_BYTES + Integer.BYTES + 2) + array(characters(text));
      case List<?> list -> list(list);
      case Optional<?> optional ->
          optional.isEmpty() ? 0 : object(REFERENCE_BYTES) + bytes(optional.get());
      case OptionalLong optional -> optional.isEmpty() ? 0 : object(1 + Long.BYTES);
      case Integer number -> number < 128 ? 0 : object(Integer.BYTES);
      case Enum<?> _ -> 0;
      default -> throw new AssertionError("a " + value.getClass() + " is not accounted for");
    };
  }

  private static long record(Record record) {
    Shape shape = SHAPES.computeIfAbsent(record.getClass(), Shape::of);
    long bytes = shape.bytes();
    try {
      for (Method accessor : shape.references()) {
        bytes += bytes(accessor.invoke(record));
      }
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the accessors of " + record.getClass() + " are out of reach", e);
    }
    return bytes;
  }

  /** The size of a record itself, and how to ask for what it refers to. */
  private record Shape(long bytes, List<Method> references) {
    static Shape of(Class<?> type) {
      long fields = 0;
      List<Method> references = new ArrayList<>();
      for (RecordComponent component : type.getRecordComponents()) {
        fields += fieldBytes(component.getType());
        if (!component.getType().isPrimitive()) {
          component.getAccessor().setAccessible(true);
          references.add(component.getAccessor());
        }
      }
      return new Shape(object(fields), references);
    }
  }

  private static long fieldBytes(Class<?> type) {
    if (type == long.class || type == double.class) {
      return Long.BYTES;
    }
    return type == boolean.class ? 1 : REFERENCE_BYTES;
  }

  /** Latin-1 takes a byte a character, everything else two. */
  private static long characters(String text) {
    return text.chars().allMatch(c -> c < 256) ? text.length() : 2L * text.length();
  }

  /** As {@link List#copyOf} makes them: none, one or two in fields, more in an array. */
  private static long list(List<?> list) {
    if (list.isEmpty()) {
      return 0;
    }
    long below = list.stream().mapToLong(Retained::bytes).sum();
    return list.size() <= 2
        ? object(2 * REFERENCE_BYTES) + below
        : object(REFERENCE_BYTES + 1) + array(REFERENCE_BYTES * list.size()) + below;
  }

  private static long array(long bytes) {
    return aligned(HEADER_BYTES + Integer.BYTES + bytes);
  }

  private static long object(long fieldBytes) {
    return aligned(HEADER_BYTES + fieldBytes);
  }

  private static long aligned(long bytes) {
    return (bytes + 7) / 8 * 8;
  }
}
