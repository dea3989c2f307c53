// With ?before=115, compiling fails as in Chromium before version 115: synchronously, above 4 KB, on the main thread.
if (new URL(location.href).searchParams.get("before") === "115") {
  const { Module } = WebAssembly;
  WebAssembly.Module = function (bytes) {
    if (bytes.byteLength <= 4096) return new Module(bytes);
    throw new RangeError(
      "WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.compile, or compile on a worker thread.",
    );
  };
}
