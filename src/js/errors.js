/** Everything that this package throws on purpose. */
export class CloudError extends Error {
  static {
    // On the prototype, and written out: a bundler may rename the class.
    this.prototype.name = "CloudError";
  }
}

/** The constructor's or a call's options are wrong. */
export class ConfigurationError extends CloudError {
  static {
    this.prototype.name = "ConfigurationError";
  }
}
