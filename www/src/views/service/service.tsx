import { serviceOf } from "../../store/services.ts";
import { Screen } from "../../ui/screen.tsx";

export function Service({ id, part }: { id: string; part?: string | undefined }) {
  return <Screen title={serviceOf(id)?.name ?? "Service"}>{part}</Screen>;
}
