import { Screen } from "../../ui/screen.tsx";

export function Explorer({ operation }: { operation?: string | undefined }) {
  return <Screen title="Explorer">{operation}</Screen>;
}
