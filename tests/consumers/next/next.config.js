/** @type {import("next").NextConfig} */
export default {
  // Turbopack would take the first folder above that has a lock file.
  turbopack: { root: import.meta.dirname },
};
