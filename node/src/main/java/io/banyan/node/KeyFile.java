package io.banyan.node;

import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A secret key on disk: 64 hex digits and a line feed, in a file that only its owner can read, in a
 * folder that only its owner can enter.
 */
public final class KeyFile {
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private KeyFile() {}

  /** {@code ~/.config/banyan/key}. */
  public static Path defaultPath() {
    String home = System.getenv("HOME");
    return Path.of(home == null ? System.getProperty("user.home") : home)
        .resolve(Path.of(".config", "banyan", "key"));
  }

  /** The identity in {@code path}, which is made at first use. */
  public static Identity readOrCreate(Path path) throws IOException, CommandException {
    if (!Files.exists(path)) {
      create(path);
    }
    return read(path);
  }

  /**
   * The identity in {@code path}, which somebody named: a slip of the pen makes no key.
   *
   * @throws CommandException if there is none, if others can read it, or if it is no key
   */
  public static Identity read(Path path) throws CommandException {
    try {
      refuseOthers(path);
      String text = Files.readString(path, StandardCharsets.US_ASCII).strip();
      byte[] seed = HexFormat.of().parseHex(text);
      return Identity.ofSeed(seed);
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCode.USAGE,
          "there is no key file " + path + "; 'banyan key show --key " + path + "' makes one",
          e);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      // The message never repeats what the file holds.
      throw new CommandException(
          ExitCode.FAILURE, "key file " + path + " does not hold 64 hex digits");
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, "key file " + path + " cannot be read: " + InputFile.reason(e), e);
    }
  }

  private static void refuseOthers(Path path) throws IOException, CommandException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
    for (PosixFilePermission permission : permissions) {
      if (OTHERS.contains(permission)) {
        throw new CommandException(
            ExitCode.REFUSED,
            "key file "
                + path
                + " has mode "
                + PosixFilePermissions.toString(permissions)
                + ", others can use it: chmod 600 it, or make a new key");
      }
    }
  }

  private static void create(Path path) throws IOException {
    Path folder =
        Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file lies in a folder");
    Files.createDirectories(Objects.requireNonNullElse(folder.getParent(), folder));
    try {
      Files.createDirectory(folder, attribute(OWNER_FOLDER));
    } catch (FileAlreadyExistsException e) {
      // A folder that is there keeps its mode; the file's own mode protects the key.
    }
    byte[] seed = new byte[Identity.SEED_LENGTH];
    new SecureRandom().nextBytes(seed);
    // Written beside and linked, so that two first uses at once end with one whole key.
    Path fresh = folder.resolve("." + path.getFileName() + "." + UUID.randomUUID());
    Files.createFile(fresh, attribute(OWNER_FILE));
    try {
      Files.writeString(
          fresh, HexFormat.of().formatHex(seed) + "\n", StandardOpenOption.TRUNCATE_EXISTING);
      Files.createLink(path, fresh);
    } catch (FileAlreadyExistsException e) {
      // Somebody was faster; theirs is the key.
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> attribute(
      Set<PosixFilePermission> permissions) {
    return PosixFilePermissions.asFileAttribute(permissions);
  }
}
