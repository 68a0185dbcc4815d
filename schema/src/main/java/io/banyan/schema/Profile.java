package io.banyan.schema;

/**
 * The versioned rules of execution, named in every claim and key: two machines of one profile come
 * to the same outcome for the same call.
 *
 * @param id 1 to 32 characters of [a-z0-9.-]
 */
public record Profile(String id) {
  /** Execution without metering, depth counter and canonical NaNs; it claims fuel 0. */
  public static final Profile UNMETERED = new Profile("0-unmetered");

  public Profile {
    if (!id.matches("[a-z0-9.-]{1,32}")) {
      throw new IllegalArgumentException(
          "profile id is not 1 to 32 characters of [a-z0-9.-]: '" + id + "'");
    }
  }
}
