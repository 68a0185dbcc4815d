package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key is made once, for its owner alone, and refused when others can use it. */
class KeyFileTest {
  @TempDir private Path folder;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private Path keyOf(String content, String mode) throws IOException {
    Path path = Files.writeString(folder.resolve("key"), content);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void firstUseMakesAKeyForItsOwnerAlone() throws Exception {
    Path path = folder.resolve("home/.config/banyan/key");

    PublicKey made = KeyFile.readOrCreate(path).publicKey();

    assertEquals("rw-------", mode(path));
    assertEquals("rwx------", mode(path.getParent()));
    assertTrue(Files.readString(path).matches("[0-9a-f]{64}\n"));
    assertEquals(made, KeyFile.readOrCreate(path).publicKey());
    try (Stream<Path> files = Files.list(path.getParent())) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @Test
  void twoKeysDiffer() throws Exception {
    PublicKey one = KeyFile.readOrCreate(folder.resolve("one")).publicKey();
    PublicKey two = KeyFile.readOrCreate(folder.resolve("two")).publicKey();

    assertNotEquals(one, two);
  }

  @Test
  void keyIsTheOneOfRfc8032() throws Exception {
    Path path =
        keyOf("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n", "rw-------");

    assertEquals(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        HexFormat.of().formatHex(KeyFile.read(path).publicKey().bytes().toArray()));
  }

  @Test
  void manyFirstUsesAtOnceEndWithOneKey() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier barrier = new CyclicBarrier(threads);
      for (int round = 0; round < 50; round++) {
        Path path = folder.resolve("round" + round).resolve("key");
        List<Future<PublicKey>> made = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          made.add(
              pool.submit(
                  () -> {
                    barrier.await();
                    return KeyFile.readOrCreate(path).publicKey();
                  }));
        }
        Set<PublicKey> keys = new HashSet<>();
        for (Future<PublicKey> key : made) {
          keys.add(key.get());
        }
        assertEquals(1, keys.size());
        try (Stream<Path> files = Files.list(path.getParent())) {
          assertEquals(1, files.count());
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw--w----", "rw----r--", "rw-----w-", "rw-rw-rw-"})
  void keyThatOthersCanUseIsRefused(String mode) throws Exception {
    Path path = keyOf("00".repeat(32), mode);

    CommandException refused = assertThrows(CommandException.class, () -> KeyFile.read(path));

    assertEquals(ExitCode.REFUSED, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains("has mode " + mode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "00", "zz00000000000000", "\u00e9\u00e9"})
  void fileThatHoldsNoKeyIsRefusedAndNotQuoted(String content) throws Exception {
    Path path = keyOf(content, "rw-------");

    CommandException refused = assertThrows(CommandException.class, () -> KeyFile.read(path));

    assertEquals(
        "key file " + path + " does not hold 64 hex digits", String.valueOf(refused.getMessage()));
    assertFalse(refused.toString().contains("secret"));
  }

  @Test
  void keyThatIsTooLongIsRefused() throws Exception {
    Path path = keyOf("00".repeat(33), "rw-------");

    assertThrows(CommandException.class, () -> KeyFile.read(path));
  }

  @Test
  void missingKeyIsNamedAndNotMade() {
    Path path = folder.resolve("none");

    CommandException refused = assertThrows(CommandException.class, () -> KeyFile.read(path));

    assertEquals(ExitCode.USAGE, refused.code());
    assertEquals(
        "there is no key file " + path + "; 'banyan key show --key " + path + "' makes one",
        refused.getMessage());
    assertFalse(Files.exists(path));
  }

  @Test
  void ownKeyLiesInTheHomeFolder() {
    assertTrue(KeyFile.defaultPath().endsWith(Path.of(".config", "banyan", "key")));
  }
}
