import { Screen } from "../../ui/screen.tsx";

export function Activities() {
  return <Screen title="Activities">…</Screen>;
}
