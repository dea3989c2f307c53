// @ts-check
/** @typedef {import("./contract.mjs").Shape & { type: "object" }} Shape */

/**
 * An object with something for each member of the shape.
 *
 * @param {Shape} shape
 * @param {(member: Shape["members"][number]) => any} of
 */
export const each = ({ members }, of) => Object.fromEntries(members.map((member) => [member.name, of(member)]));
