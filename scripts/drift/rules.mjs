// @ts-check
// Decisions that hold everywhere, each with its reason. A difference that a rule covers is no drift. What is particular to one
// place is marked there, with `x-deviation` or `deviation`.

/** @import { Difference } from "./compare.mjs" */

/** @typedef {{ name: string, reason: string, covers: (difference: Difference) => boolean }} Rule */

/** @type {Rule[]} */
export const rules = [
  {
    name: "`required` in results",
    reason:
      "A result must bring what a client cannot do without, and nothing else: otherwise a property that the service drops " +
      "breaks programs that never read it. The official document requires nothing in most results and everything in some.",
    covers: ({ keyword, direction }) => keyword === "required" && direction === "response",
  },
  {
    name: "required bodies",
    reason: "The official document marks no body as required. An operation that does nothing without one is refused before it is sent.",
    covers: ({ keyword, contract, document }) => keyword === "body required" && contract === true && document === false,
  },
  {
    name: "`minProperties: 1` of changes",
    reason: "A PATCH without a property changes nothing, so it is a mistake.",
    covers: ({ keyword, contract, document, method, direction, hints }) =>
      keyword === "minProperties" &&
      contract === 1 &&
      document === undefined &&
      method === "patch" &&
      direction === "request" &&
      hints?.root === true,
  },
  {
    name: "`null` in nullable enums",
    reason: "A type that allows `null` beside an enum that lacks it would allow it nowhere. The type says what is meant.",
    covers: ({ keyword, contract }) => keyword === "null in enum" && contract === true,
  },
  {
    name: "media types without parameters",
    reason: "`charset=UTF-8` is how a response is written, and not another kind.",
    covers: ({ keyword, contract, document }) => keyword === "media type" && contract === String(document).split(";")[0]?.trim(),
  },
  {
    name: "no pattern beside `format: uuid`",
    reason: "The format says it already, and one mistake is to be one issue.",
    covers: ({ keyword, contract, hints }) => keyword === "pattern" && contract === undefined && hints?.format === "uuid",
  },
];

/** What is not compared at all. @type {{ name: string, reason: string }[]} */
export const ignored = [
  { name: "words, titles and examples", reason: "Those of the contract are its own." },
  { name: "names of schemas", reason: "They are not sent. Schemas are compared where operations use them." },
  {
    name: "`x-open-enum`, `x-secret`, `x-aliases`, `x-expected`, `x-rules`, `dependentRequired`",
    reason: "The contract's own additions. The values of an open enum are compared.",
  },
  {
    name: "whether an enum is open",
    reason:
      "The official document does not say it. An enum beside any text (`anyOf`) is an open enum, as the package's openapi.json writes it.",
  },
  { name: "`additionalProperties: true`", reason: "It is the same as none." },
  { name: "the order of properties, parameters and values", reason: "It has no effect." },
  { name: "errors", reason: "All have the one shape of `ErrorBody`." },
  { name: "servers, security and tags", reason: "They stand in the contract's head, which no week changes." },
];
