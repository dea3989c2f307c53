// @ts-check
// `clickhouse-cloud sandbox`: serves until a signal ends it.
import { constants } from "node:os";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ConfigurationError } from "clickhouse-cloud";
import { UsageError, inFlags } from "./arguments.js";
import { openStore } from "./data.js";
import { isLoopback } from "./hosts.js";
import { serve } from "./server.js";

/** The signals that ask a process to end. */
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** @param {import("./arguments.js").SandboxArguments} arguments_ */
export async function sandbox({ serving, data, options }) {
  const cloud = create(options);
  /** @type {(() => Promise<unknown>) | undefined} */
  let end;
  let ending = false;
  // Installed before the start: a signal during it must not leave a lock behind.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // A second signal does not wait for requests that are under way.
      if (end === undefined || ending) process.exit(128 + constants.signals[signal]);
      ending = true;
      void end();
    });
  }
  const store = data === undefined ? undefined : openStore(data, cloud, fail, (line) => console.error(`clickhouse-cloud: ${line}`));
  const server = await serve(cloud, serving, store).catch(async (error) => {
    await store?.close();
    throw new Error(reason(error, serving.host, serving.port), { cause: error });
  });
  end = async () => {
    await server.close();
    await store?.close();
  };

  const { keyId, keySecret, organizationId } = cloud.clientOptions;
  // Clients elsewhere, such as in another container, send the key over plain http: this package's client needs permission.
  const permission = isLoopback(serving.host) ? "" : "export CLICKHOUSE_CLOUD_ALLOW_HTTP=1\n";
  console.log(`A ClickHouse Cloud in memory listens on ${server.url}

export CLICKHOUSE_API_URL=${quoted(server.url)}
export CLICKHOUSE_CLOUD_API_KEY=${quoted(keyId)}
export CLICKHOUSE_CLOUD_API_SECRET=${quoted(keySecret)}
export CLICKHOUSE_ORG_ID=${quoted(organizationId)}
${permission}`);
}

/**
 * Ends the process: a change that is not on the disk must not be confirmed.
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
 * The reason why the server cannot listen, with what to do.
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
