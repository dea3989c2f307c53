import { Screen } from "../../ui/screen.tsx";

export function Create() {
  return <Screen title="New service">…</Screen>;
}
