// @ts-check
// Reads the operations of any OpenAPI document.

/** @typedef {Record<string, any>} Json */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * The operations of a document, in document order.
 *
 * @param {Json} document
 * @returns {{ path: string, method: string, operation: Json }[]}
 */
export const operationsOf = ({ paths }) =>
  Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({ path, method, operation: item[method] })),
  );
