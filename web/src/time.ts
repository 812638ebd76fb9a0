/** `1 h 02 min`, `3 min 04 s`, `12.3 s`, `80 ms`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** From start to end, or to now while there is no end; a dash before the start. */
export function elapsed(startedAt: string | undefined, endedAt: string | undefined): string {
  if (startedAt === undefined) return '–';
  const end = endedAt === undefined ? Date.now() : Date.parse(endedAt);
  return duration(Math.max(0, end - Date.parse(startedAt)));
}
