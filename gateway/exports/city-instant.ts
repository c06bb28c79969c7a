const cityTime = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** An instant (RFC 3339 UTC) as `YYYY-MM-DD HH:MM:SS.mmm` in the city's time zone. */
export function cityInstant(time: string): string {
  const at = new Date(time);
  return `${cityTime.format(at)}.${String(at.getUTCMilliseconds()).padStart(3, '0')}`;
}
