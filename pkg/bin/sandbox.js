// @ts-check
// `clickhouse-cloud sandbox`: serves until it is told to end.
import { constants } from "node:os";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ConfigurationError } from "clickhouse-cloud";
import { UsageError, inFlags } from "./arguments.js";
import { keep } from "./data.js";
import { isLoopback } from "./hosts.js";
import { serve } from "./server.js";

/** Those that ask a process to end. */
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** @param {import("./arguments.js").SandboxArguments} arguments_ */
export async function sandbox({ serving, data, options }) {
  const cloud = create(options);
  /** @type {(() => Promise<unknown>) | undefined} */
  let end;
  let ending = false;
  // From the first moment: a signal while it starts must not leave a lock behind.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A second one does not wait for what is under way.
      if (end === undefined || ending) process.exit(128 + constants.signals[signal]);
      ending = true;
      void end();
    });
  }
  const kept = data === undefined ? undefined : keep(data, cloud, fail, (line) => console.error(`clickhouse-cloud: ${line}`));
  const server = await serve(cloud, serving, kept).catch(async (error) => {
    await kept?.close();
    throw new Error(reason(error, serving.host, serving.port), { cause: error });
  });
  end = async () => {
    await server.close();
    await kept?.close();
  };

  const { keyId, keySecret, organizationId } = cloud.clientOptions;
  // Clients elsewhere, such as in another container, send the key to it over plain http: this package's wants it permitted.
  const permission = isLoopback(serving.host) ? "" : "export CLICKHOUSE_CLOUD_ALLOW_HTTP=1\n";
  console.log(`A ClickHouse Cloud in memory listens on ${server.url}

export CLICKHOUSE_API_URL=${quoted(server.url)}
export CLICKHOUSE_CLOUD_API_KEY=${quoted(keyId)}
export CLICKHOUSE_CLOUD_API_SECRET=${quoted(keySecret)}
export CLICKHOUSE_ORG_ID=${quoted(organizationId)}
${permission}`);
}

/**
 * What cannot be kept is not answered: there is nothing left to do.
 *
 * @param {Error} error
 */
function fail({ message }) {
  console.error(`clickhouse-cloud: ${message}`);
  process.exit(1);
}

/** @param {import("clickhouse-cloud/sandbox").SandboxOptions} options */
function create(options) {
  try {
    return new Sandbox(options);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(inFlags(error.message));
    throw error;
  }
}

/**
 * Why there is no listening there.
 *
 * @param {NodeJS.ErrnoException} error
 * @param {string} host
 * @param {number} port
 */
function reason(error, host, port) {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} is in use: choose another with --port, or 0 for a free one`;
    case "EACCES":
      return `port ${port} is not for every user: choose one above 1023 with --port`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${host} is no address of this machine: choose another with --host`;
    default:
      return `cannot listen on ${host}, port ${port}: ${error.message}`;
  }
}

/**
 * A text as one word of a shell.
 *
 * @param {string} text
 */
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
