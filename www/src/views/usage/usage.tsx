import { Screen } from "../../ui/screen.tsx";

export function Usage() {
  return <Screen title="Usage">…</Screen>;
}
