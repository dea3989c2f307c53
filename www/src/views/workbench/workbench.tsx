export function Workbench() {
  return <aside class="dock" aria-label="Workbench" />;
}
