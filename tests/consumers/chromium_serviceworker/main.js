await navigator.serviceWorker.register("/worker.js", { type: "module" });
const { active } = await navigator.serviceWorker.ready;
navigator.serviceWorker.onmessage = ({ data }) => (globalThis.answer = data);
active.postMessage(await (await fetch("/sandbox.json")).json());
