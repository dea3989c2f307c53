// @ts-check
// API keys: replaces one by another. The new key is there, and in the caller's hands, before anything happens to the old one.
import { inSequence, innerOf, sequenceOptions } from "../calls.js";
import { attach, tell } from "../created.js";
import { ConfigurationError } from "../errors.js";
import { KeysOperations } from "../generated/methods.js";
import { basic } from "../target.js";

/**
 * @import { ApiKey, CreateApiKeyBody, CreateApiKeyResult } from "../generated/schema.js"
 * @import { RotateOptions } from "./options.js"
 */

/** API keys of the organization. */
export class KeysResource extends KeysOperations {
  /**
   * Replaces a key: creates one with the same name, roles, access list and expiry, then disables the old one, and deletes it with
   * `deleteOld`. Resolves with the new key and its secret, which is returned only once.
   *
   * If a later step fails, the error's `createdKey` property has the new key and its secret, hidden from logs; both keys work then,
   * or the old one is disabled. `onCreated` gets the new key before that, so that an aborted call loses nothing either: store it
   * there. A creation whose response is lost is not repeated; the error is `ambiguous`, and the list shows a key that nobody knows.
   *
   * A client that rotates its own key needs `onCreated` (a `ConfigurationError` says so before anything changes), and disables the
   * old key with the new one, which shows that it works. The client has the old key still: make another one. A client without a key
   * of its own, behind a proxy, counts as one, since its key is not known.
   *
   * @param {string} keyId The key's id in this API, which is not the `keyId` of its credentials.
   * @param {RotateOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of each request,
   *   and those of the rotation.
   * @returns {Promise<CreateApiKeyResult>}
   */
  async rotate(keyId, options) {
    const helper = "keys.rotate";
    const { all, given } = sequenceOptions(helper, options, "expireAt:text deleteOld:flag onCreated:function");
    const { authorization } = innerOf(this);
    return inSequence(this, helper, given, async ({ call, signal, headers }) => {
      const path = { keyId };
      /** @type {ApiKey} */
      const old = await call("keys.get", { path });
      const owner = ownerOf(old, headers.includes("authorization") ? undefined : authorization);
      if (owner !== "other" && all.onCreated === undefined) {
        throw new ConfigurationError(
          `${helper}: this may be the client's own key: give onCreated, which gets the new one before the old one is disabled`,
        );
      }
      /** @type {CreateApiKeyResult} */
      const created = await call("keys.create", { body: successor(old, all.expireAt) });
      try {
        await tell(all.onCreated, created, signal);
        const { keyId: id, keySecret: secret } = created;
        const own = owner === "client" && id && secret ? ["authorization", basic(id, secret)] : [];
        await call("keys.update", { path, body: { state: "disabled" } }, own);
        if (all.deleteOld) await call("keys.delete", { path }, own);
        return created;
      } catch (error) {
        attach(error, "createdKey", created, signal);
        throw error;
      }
    });
  }
}

/**
 * Whose key it is: the client's own, by the last characters of its id; another one; or nobody can tell.
 *
 * @param {ApiKey} key
 * @param {string | undefined} authorization
 * @returns {"client" | "other" | "unknown"}
 */
function ownerOf({ keySuffix }, authorization) {
  if (authorization?.startsWith("Bearer ")) return "other";
  if (authorization === undefined || !keySuffix) return "unknown";
  const [id = ""] = atob(authorization.slice("Basic ".length)).split(":");
  return id.endsWith(keySuffix) ? "client" : "other";
}

/**
 * The key that takes a key's place.
 *
 * @param {ApiKey} old
 * @param {string | undefined} until
 * @returns {CreateApiKeyBody}
 */
function successor({ id, name, assignedRoles, roles, ipAccessList, expireAt }, until) {
  const ids = assignedRoles?.flatMap(({ roleId }) => roleId ?? []) ?? [];
  return {
    name: name ?? id,
    state: "enabled",
    ...(ids.length > 0 ? { assignedRoleIds: ids } : { roles }),
    // Without properties that the service may have added to its results.
    ipAccessList: ipAccessList?.map(({ source, description }) => ({ source, description: description ?? undefined })),
    expireAt: until ?? expireAt,
  };
}
