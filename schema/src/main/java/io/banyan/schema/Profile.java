package io.banyan.schema;

import java.util.regex.Pattern;

/**
 * The versioned rules of execution, named in every claim and key: two machines of one profile come
 * to the same outcome for the same call.
 *
 * @param id 1 to 32 characters of [a-z0-9.-]
 */
public record Profile(String id) {
  private static final Pattern ID = Pattern.compile("[a-z0-9.-]{1,32}");

  /** Metered fuel, a depth counter, canonical NaNs: docs/profile.md. */
  public static final Profile ONE = new Profile("1");

  public Profile {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "profile id is not 1 to 32 characters of [a-z0-9.-]: '" + id + "'");
    }
  }
}
