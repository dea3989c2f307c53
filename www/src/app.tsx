// The shell: navigation, the screen of the route, and the workbench.
export function App() {
  return <main />;
}
