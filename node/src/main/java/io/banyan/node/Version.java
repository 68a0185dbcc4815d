package io.banyan.node;

/** Which Banyan this is. */
public final class Version {
  /** As the jar's manifest has it; "unpackaged" when run from class files. */
  public static final String PRODUCT = product();

  private Version() {}

  private static String product() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
