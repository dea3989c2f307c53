// Icons as inline SVG in the text's colour; they are decoration, the words beside them say the same.
const paths = {
  running: "M3 8.5l3.2 3.2L13 5",
  idle: "M10.8 3.2a5.2 5.2 0 1 0 2 7.6 4.4 4.4 0 0 1-2-7.6z",
  stopped: "M4.5 4.5h7v7h-7z",
  busy: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5M8 5v3l2 1.5",
  bad: "M8 3v6M8 12v.5",
  unknown: "M6 6a2 2 0 1 1 2.6 1.9c-.4.2-.6.5-.6 1V10M8 12.5v.3",
  search: "M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM10.2 10.2l3 3",
  plus: "M8 3v10M3 8h10",
  back: "M9.5 3.5L5 8l4.5 4.5",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  close: "M4 4l8 8M12 4l-8 8",
  more: "M4 6l4 4 4-4",
  offline: "M2 6.5a9 9 0 0 1 12 0M4.5 9a5.4 5.4 0 0 1 7 0M7 11.5a1.6 1.6 0 0 1 2 0M2.5 2.5l11 11",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
