// What an import of a wasm file gives, by the runtime: see the files beside this one.
declare module "*.wasm";
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
