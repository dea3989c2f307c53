// As React Native has it.
module.exports = {
  resolver: { unstable_conditionNames: ["react-native"], sourceExts: ["js", "mjs", "cjs", "json"] },
  transformer: { babelTransformerPath: require.resolve("./transformer.js") },
};
