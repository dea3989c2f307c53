import { Screen } from "../../ui/screen.tsx";

export function Keys() {
  return <Screen title="Keys">…</Screen>;
}
