// Mounts the console.
import { render } from "preact";
import "./style/tokens.css";
import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
