export function BackendBar() {
  return <p class="soft">The client is real, the cloud is a sandbox.</p>;
}
