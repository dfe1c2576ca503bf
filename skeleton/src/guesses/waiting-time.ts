const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;

/** A time to wait in words, rounded up so that nobody comes back too early: "a minute", "12 minutes", "3 hours". */
export function waitingTime(seconds: number): string {
  // A time that is none must not become "NaN minutes".
  if (!(seconds > MINUTE_SECONDS)) return "a minute";
  const minutes = Math.ceil(seconds / MINUTE_SECONDS);
  if (seconds <= HOUR_SECONDS)
    return minutes === HOUR_SECONDS / MINUTE_SECONDS ? "an hour" : `${minutes} minutes`;
  return `${Math.ceil(seconds / HOUR_SECONDS)} hours`;
}
