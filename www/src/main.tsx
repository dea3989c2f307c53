// Mounts the console.
import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import "./style/ui.css";
import "./style/shell.css";
import { App } from "./app.tsx";
import { restoreMutations } from "./store/mutations.ts";
import "./store/services.ts";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
restoreMutations();
