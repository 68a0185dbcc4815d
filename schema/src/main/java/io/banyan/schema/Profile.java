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

  /** Execution without metering, depth counter and canonical NaNs; it claims fuel 0. */
  public static final Profile UNMETERED = new Profile("0-unmetered");

  public Profile {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "profile id is not 1 to 32 characters of [a-z0-9.-]: '" + id + "'");
    }
  }
}
