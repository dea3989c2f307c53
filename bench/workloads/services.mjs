// @ts-check
// Responses of the operation that lists services, as bytes: about 1 KB a service, with 8 properties that the contract does not know.
import { service as sample } from "../peers/service.mjs";

/**
 * @typedef {object} Form
 * @property {number} count
 * @property {"ASCII" | "non-ASCII"} text
 * @property {"expected" | "shuffled"} order of properties: the contract's, or another one in each service
 * @property {"compact" | "pretty"} layout
 */

const COUNTS = [1, 20, 1_000, 10_000];

/** Every form of a list. @type {Form[]} */
export const forms = COUNTS.flatMap((count) =>
  /** @type {const} */ (["ASCII", "non-ASCII"]).flatMap((text) =>
    /** @type {const} */ (["expected", "shuffled"]).flatMap((order) =>
      /** @type {const} */ (["compact", "pretty"]).map((layout) => ({ count, text, order, layout })),
    ),
  ),
);

/** The easiest and the hardest form of each length. */
export const extremes = forms.filter(
  ({ text, order, layout }) =>
    (text === "ASCII" && order === "expected" && layout === "compact") ||
    (text === "non-ASCII" && order === "shuffled" && layout === "pretty"),
);

/** @param {number} index */
export const id = (index) => `0c7ba33b-3057-4ab0-8ebd-${index.toString(16).padStart(12, "0")}`;

/** The bytes of a response. @param {Form} form */
export function response({ count, text, order, layout }) {
  const result = Array.from({ length: count }, (_, index) => {
    const made = service(index, text === "ASCII" ? "a text that the contract does not know" : "契約が知らないテキスト, неизвестный текст");
    return order === "expected" ? made : shuffled(made, index + 1);
  });
  return new TextEncoder().encode(JSON.stringify({ status: 200, requestId: id(0), result }, null, layout === "pretty" ? 2 : undefined));
}

/** @param {number} index @param {string} text */
function service(index, text) {
  const host = `abcdefg${index}.eu-west-1.aws.clickhouse.cloud`;
  return {
    ...sample,
    id: id(index),
    name: text.startsWith("a") ? `service ${index}` : `サービス ${index}`,
    endpoints: [
      { protocol: "https", host, port: 8443, username: "default" },
      { protocol: "nativesecure", host, port: 9440, username: "default" },
    ],
    ipAccessList: [{ source: "203.0.113.0/24", description: text }],
    futureText: text,
    futureNumber: 123.456,
    futureFlag: true,
    futureNothing: null,
    futureList: [1, 2, 3],
    futureObject: { nested: { deep: "yes" } },
    futureId: id(index + 1),
    futureMoment: "2026-08-02T00:00:00Z",
  };
}

/**
 * The same members in another order, the same one for the same seed.
 *
 * @template {object} T
 * @param {T} object
 * @param {number} seed
 */
function shuffled(object, seed) {
  const members = Object.entries(object);
  for (let last = members.length - 1, draw = seed; last > 0; last -= 1) {
    draw = (Math.imul(draw, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((draw / 2 ** 32) * (last + 1));
    [members[last], members[other]] = [/** @type {any} */ (members[other]), /** @type {any} */ (members[last])];
  }
  return Object.fromEntries(members);
}
