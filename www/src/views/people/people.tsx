import { Screen } from "../../ui/screen.tsx";

export function People() {
  return <Screen title="People">…</Screen>;
}
