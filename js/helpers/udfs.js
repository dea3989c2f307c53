// @ts-check
// User-defined functions: from a file to a version that is ready. The file goes to a host of its own, with nothing of the client: no
// credentials, no headers, no hooks. Its address is a secret and stands in no error.
import { onAbort, reasonOf } from "../bindings/signals.js";
import { reason } from "../bindings/causes.js";
import { drive } from "../bindings/driver.js";
import { get, isObject, withoutPrototype } from "../bindings/values.js";
import { inSequence, innerOf, statesGoal } from "../calls.js";
import { CloudError, ConfigurationError, ConnectionError, NotFoundError } from "../errors.js";
import { UdfsOperations } from "../generated/methods.js";
import { waitOptions } from "../options.js";
import { written } from "../parameters.js";

/**
 * @import { CreateUdfVersionBody, Udf, UdfStatus, UdfUploadSession } from "../generated/schema.js"
 * @import { WaitOptions } from "../generated/client_bg.js"
 * @import { Sequence } from "../calls.js"
 */

/**
 * A function without its upload, which `udfs.deploy` makes.
 *
 * @typedef {CreateUdfVersionBody extends infer Body ? Body extends unknown ? Omit<Body, "uploadId"> : never : never} UdfDefinition
 */

const HELPER = "udfs.deploy";
/** Stands for the upload and the organization while the other arguments are checked. */
const NIL = "00000000-0000-0000-0000-000000000000";
/** The deadline of the upload where none is given, and the longest: a timer has 31 bits. */
const [DEADLINE_MS, LONGEST_MS] = [1_800_000, 2 ** 31 - 1];
/** How long a version is looked for whose creation has no response. */
const LOOK_MS = 30_000;

/** User-defined functions, their versions and the services that they are attached to. */
export class UdfsResource extends UdfsOperations {
  /**
   * Makes a function, or a new version of one that is there, from a file, and waits until it is `ready`: opens an upload, sends the
   * file to its own host without anything of the client, creates, and waits. Services stay on the version that is attached until
   * `udfs.attachments.set`.
   *
   * An upload serves one attempt only, so nothing is sent twice. When the response to the creation is lost, this looks whether the
   * version is there, and goes on if so; otherwise it rejects with the error, which is `ambiguous`. Two deployments of one function
   * at the same time cannot be told apart then.
   *
   * Rejects with a `RequestValidationError` before anything is sent; with a `ConnectionError` or another `CloudError` when the file
   * does not arrive, and nothing is created then; with a `WaitError` when the build fails (`failed-state`: `udfs.get` has the reason
   * in `error`) or the deadline passes.
   *
   * @param {string} functionName The function's name.
   * @param {Blob | ArrayBuffer | ArrayBufferView} file The archive with its code.
   * @param {UdfDefinition} definition The function: what `udfs.create` takes, without `uploadId` and `functionName`.
   * @param {WaitOptions<UdfStatus>} [options] `timeoutMs` is the deadline of the upload, and that of the wait, in milliseconds; 30
   *   minutes by default.
   * @returns {Promise<Udf>} The version that was made.
   * @beta
   */
  async deploy(functionName, file, definition, options) {
    const { signal, given } = waitOptions(HELPER, options);
    const content = contentOf(file);
    const body = isObject(definition) ? withoutPrototype(definition) : definition;
    const added = ["functionName", "uploadId"].find((name) => isObject(body) && Object.hasOwn(body, name));
    if (added !== undefined) throw new ConfigurationError(`${HELPER}: the definition has ${added}, which ${HELPER} adds itself`);
    const { fetch } = innerOf(this);
    return inSequence(this, HELPER, { signal, headers: given.headers }, async (sequence) => {
      const { core, call } = sequence;
      const whole = (/** @type {string} */ uploadId) => (isObject(body) ? { ...body, uploadId, functionName } : body);
      // Throws what is wrong, all of it, before anything is sent.
      core.build({ operation: "udfs.create", ...written(HELPER, { path: { organizationId: NIL }, body: whole(NIL) }) });
      const before = await latest(sequence, functionName);
      /** @type {UdfUploadSession} */
      const { uploadId, uploadUrl } = await call("udfs.createUpload");
      await upload(fetch, uploadUrl, content, given.deadlineMs ?? DEADLINE_MS, signal);
      const { functionName: _, ...version } = /** @type {any} */ (whole(uploadId));
      /** @type {Udf | undefined} */
      let made;
      try {
        made =
          before === undefined
            ? await call("udfs.create", { body: whole(uploadId) })
            : await call("udfs.versions.create", { path: { functionName }, body: version });
      } catch (error) {
        if (get(error, "ambiguous") !== true) throw error;
        made = await found(sequence, functionName, (before?.version ?? 0) + 1);
        if (made === undefined) throw error;
      }
      const goal = { ...statesGoal("udfs.waitFor", undefined), goal: /** @type {const} */ ("deployment"), leastVersion: made?.version };
      return drive({ start: () => core.wait({ ...written(HELPER, { path: { functionName } }), ...given, ...goal }), signal });
    });
  }
}

/**
 * The latest version of a function; undefined where there is no such function.
 *
 * @param {Sequence} sequence
 * @param {string} functionName
 * @returns {Promise<Udf | undefined>}
 */
async function latest({ call }, functionName) {
  try {
    return await call("udfs.get", { path: { functionName } });
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * The version whose creation had no response, in whichever state, if it shows up soon: reads lag behind writes.
 *
 * @param {Sequence} sequence
 * @param {string} functionName
 * @param {number} leastVersion
 * @returns {Promise<Udf | undefined>}
 */
async function found({ core, signal, headers }, functionName, leastVersion) {
  const goal = { ...statesGoal("udfs.waitFor", ["building", "ready", "error"]), goal: /** @type {const} */ ("deployment"), leastVersion };
  const options = { headers, deadlineMs: LOOK_MS, spentMs: 0, pollIntervalMs: undefined, onProgress: undefined };
  try {
    return await drive({ start: () => core.wait({ ...written(HELPER, { path: { functionName } }), ...options, ...goal }), signal });
  } catch (error) {
    if (get(signal, "aborted") === true) throw error;
    return undefined;
  }
}

/**
 * The body of the upload. A Blob loses its type, which `fetch` would send as a header.
 *
 * @param {unknown} file
 * @returns {any}
 */
function contentOf(file) {
  const size = get(file, "size");
  if (typeof size === "number") return /** @type {Blob} */ (file).slice(0, size, "");
  if (typeof get(file, "byteLength") === "number") return file;
  throw new ConfigurationError(`${HELPER}: file must be a Blob, an ArrayBuffer or a Uint8Array`);
}

/**
 * Sends the file to its own host.
 *
 * @param {(url: string, init: any) => Promise<any>} fetch
 * @param {string} url a secret
 * @param {unknown} body
 * @param {number} timeoutMs
 * @param {AbortSignal | undefined} signal
 */
async function upload(fetch, url, body, timeoutMs, signal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, Math.min(timeoutMs, LONGEST_MS));
  const stop = signal === undefined ? () => {} : onAbort(signal, abort);
  const left = "nothing was created: deploy again";
  try {
    if (get(signal, "aborted") === true) abort();
    const init = withoutPrototype({ method: "PUT", body, redirect: "manual", signal: controller.signal });
    /** @type {any} */
    let response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      if (get(signal, "aborted") === true) throw reasonOf(signal);
      const said = reason(error);
      // A text with an address in it, such as that of a parser, would show the secret.
      const why = controller.signal.aborted ? ` within ${timeoutMs} ms` : /[/?&=]/.test(said) ? "" : `: ${said}`;
      const fields = { ambiguous: false, operation: HELPER, attempts: 1, attemptLog: [] };
      throw new ConnectionError(`${HELPER}: the upload has no response${why}; ${left}`, fields);
    }
    // Nothing of the body is of use, and it may quote the address. A stream that is not read would hold its connection.
    abort();
    const status = get(response, "status");
    if (typeof status !== "number" || status < 200 || status > 299) {
      throw new CloudError(`${HELPER}: the upload's host refuses the file with status ${status}; ${left}`);
    }
  } finally {
    clearTimeout(timer);
    stop();
  }
}
