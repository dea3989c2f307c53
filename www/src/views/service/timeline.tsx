// Backups on a line of 30 days: full ones as squares, incremental ones as circles, their area by their size.
import type { Backup, BackupConfiguration } from "clickhouse-cloud";
import { now } from "../../store/cloud.ts";
import { bytes, dateTime, duration, plural } from "../../ui/text.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS = 30;
const WIDTH = 640;
const HEIGHT = 72;
const LINE = 26;
const LEFT = 26;
/** The room of two days is for the next backup. */
const x = (time: number, end: number) => LEFT + ((time - (end - DAYS * DAY_MS)) / ((DAYS + 2) * DAY_MS)) * (WIDTH - 2 * LEFT);
const MIN_RADIUS = 4;
const MAX_RADIUS = 10;

/** When the next backup begins, as far as the configuration says. */
export function nextBackup(list: readonly Backup[], configuration: BackupConfiguration | undefined): number | undefined {
  const { backupPeriodInHours, backupStartTime } = configuration ?? {};
  const time = /^(\d\d):(\d\d)$/.exec(backupStartTime ?? "");
  if (time !== null) {
    const today = Math.floor(now() / DAY_MS) * DAY_MS + Number(time[1]) * HOUR_MS + Number(time[2]) * 60_000;
    return today > now() ? today : today + DAY_MS;
  }
  const last = Math.max(...list.map(({ startedAt }) => Date.parse(startedAt ?? "")).filter((start) => !Number.isNaN(start)));
  if (backupPeriodInHours === undefined || !Number.isFinite(last)) return undefined;
  const next = last + backupPeriodInHours * HOUR_MS;
  // A service that is stopped may have let some pass.
  return next > now() - HOUR_MS ? next : undefined;
}

export function Timeline({ backups, next }: { backups: readonly Backup[]; next: number | undefined }) {
  const end = now();
  const shown = backups.filter(({ startedAt }) => Date.parse(startedAt ?? "") >= end - DAYS * DAY_MS);
  const most = Math.max(1, ...shown.map(({ sizeInBytes = 0 }) => sizeInBytes));
  const weeks = [28, 21, 14, 7, 0];
  return (
    <figure class="timeline">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={describe(shown)}>
        <line class="axis" x1={LEFT} x2={WIDTH - LEFT} y1={LINE} y2={LINE} />
        {weeks.map((days) => (
          <g key={days} class="tick" transform={`translate(${x(end - days * DAY_MS, end)} 0)`}>
            <line y1={LINE - 18} y2={LINE + 18} />
            <text y={HEIGHT - 6}>{days === 0 ? "now" : `${days} days ago`}</text>
          </g>
        ))}
        {shown.map((backup) => (
          <Point key={backup.id} backup={backup} at={x(Date.parse(backup.startedAt ?? ""), end)} most={most} />
        ))}
        {next !== undefined && (
          <g class="next" transform={`translate(${x(Math.min(next, end + 2 * DAY_MS), end)} ${LINE})`}>
            <title>{`The next one: ${dateTime(next)}`}</title>
            <circle r="7" />
          </g>
        )}
      </svg>
      <ul class="timeline-legend" aria-label="Legend">
        <li>
          <svg viewBox="-10 -10 20 20" aria-hidden="true" class="full">
            <rect x="-7" y="-7" width="14" height="14" />
          </svg>
          full
        </li>
        <li>
          <svg viewBox="-10 -10 20 20" aria-hidden="true" class="incremental">
            <circle r="7" />
          </svg>
          incremental
        </li>
        <li>
          <svg viewBox="-10 -10 20 20" aria-hidden="true" class="in_progress">
            <circle r="7" />
          </svg>
          in progress
        </li>
        <li>
          <svg viewBox="-10 -10 20 20" aria-hidden="true" class="failed">
            <path d="M-6-6L6 6M6-6L-6 6" />
          </svg>
          failed
        </li>
        <li>
          <svg viewBox="-10 -10 20 20" aria-hidden="true" class="next">
            <circle r="7" />
          </svg>
          next
        </li>
      </ul>
    </figure>
  );
}

function Point({ backup, at, most }: { backup: Backup; at: number; most: number }) {
  const { type, status, sizeInBytes = 0 } = backup;
  const radius = Math.max(MIN_RADIUS, MAX_RADIUS * Math.sqrt(sizeInBytes / most));
  const kind = status === "error" ? "failed" : status === "in_progress" ? "in_progress" : (type ?? "");
  return (
    <g class={`point ${kind}`} transform={`translate(${at} ${LINE})`}>
      <title>{text(backup)}</title>
      {kind === "failed" ? (
        <path d="M-7-7L7 7M7-7L-7 7" />
      ) : type === "full" ? (
        <rect x={-radius} y={-radius} width={2 * radius} height={2 * radius} />
      ) : (
        <circle r={radius} />
      )}
    </g>
  );
}

const text = ({ type, status, sizeInBytes, startedAt, durationInSeconds }: Backup) =>
  [
    `${type ?? "backup"}, ${status.replaceAll("_", " ")}`,
    startedAt && dateTime(Date.parse(startedAt)),
    sizeInBytes !== undefined && bytes(sizeInBytes),
    durationInSeconds !== undefined && `took ${duration(durationInSeconds * 1000)}`,
  ]
    .filter(Boolean)
    .join(" · ");

function describe(shown: readonly Backup[]): string {
  const full = shown.filter(({ type }) => type === "full").length;
  const size = shown.reduce((sum, { sizeInBytes = 0 }) => sum + sizeInBytes, 0);
  return `${plural(shown.length, "backup")} of the last ${DAYS} days, ${full} of them full, ${bytes(size)} in all; the table has each`;
}
