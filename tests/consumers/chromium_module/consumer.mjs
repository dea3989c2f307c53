// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default ({ visit }) => visit({});
