// @ts-check
import { checkPresets, presets } from "../presets.mjs";

export const rows = presets;

/** @type {import("../harness.mjs").Consumer} */
export default (context) => checkPresets(context, "nuxt", "/journey");
