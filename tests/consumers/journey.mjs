// The small journey of every consumer: a hash, a typed error, list, create, wait. It is copied into each consumer's
// folder, and nothing in it is of Node. A step that throws leaves what it threw; the runner compares all of them with
// what is expected.

/**
 * @param {object} library what the consumer imported by name: { CloudClient, CloudError, ConfigurationError, hashPassword }
 * @param {object} options { baseUrl, keyId, keySecret, organizationId }
 */
export async function journey({ CloudClient, CloudError, ConfigurationError, hashPassword }, options) {
  // The key is in the page: nobody but the test opens it.
  const client = () => new CloudClient({ ...options, dangerouslyAllowBrowser: true });
  const answer = {};
  // Synchronous, before any await: the wasm comes up by itself.
  answer.hash = attempt(() => hashPassword("abc"));
  answer.error = attempt(() => typedError(() => new CloudClient({ keyId: 1 }), [ConfigurationError, CloudError, Error]));

  answer.list = await attempt(async () => {
    const services = await client().services.list();
    return services.filter(({ name }) => name === "before").map(({ name, provider }) => [name, provider]);
  });
  // Time passes so fast there that it would fall asleep before it is seen running.
  const body = { name: "events", provider: "aws", region: "eu-west-1", idleScaling: false };
  let id;
  answer.create = await attempt(async () => {
    const { service, password } = await client().services.create(body);
    id = service.id;
    return { name: service.name, state: service.state, password: typeof password === "string" && password.length > 0 };
  });
  answer.wait = await attempt(async () => {
    const { name, state } = await client().services.waitFor(id, "running", { pollIntervalMs: 250, timeoutMs: 60_000 });
    return { name, state };
  });
  return answer;
}

function typedError(run, classes) {
  try {
    run();
    return "nothing was thrown";
  } catch (error) {
    const { name, message, stack } = error;
    return { name, classes: classes.map((kind) => error instanceof kind), stack: stack.includes(message) };
  }
}

function attempt(run) {
  // Not all stacks begin with the message.
  const threw = (error) => ({ threw: [error, error?.stack, error?.cause].filter(Boolean).map(String) });
  try {
    const value = run();
    return typeof value?.then === "function" ? value.then(undefined, threw) : value;
  } catch (error) {
    return threw(error);
  }
}
