/**
 * Numbers and times as the desk writes them. Money arrives as exact decimals and is rounded here, for the eye only; times
 * are UTC.
 */

/** What stands where nothing is known. */
export const NOTHING = '–';

/** `1,234.50` from an exact decimal. */
export function moneyText(amount: string | number | null): string {
  const value = toNumber(amount);
  if (value === null) return NOTHING;
  return minus(value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }));
}

/** `+12.30`, `−4.00`, `0.00`. */
export function signedMoney(amount: string | number | null): string {
  const text = moneyText(amount);
  return (toNumber(amount) ?? 0) > 0 && text !== '0.00' ? `+${text}` : text;
}

/** `1.2345` with up to seven digits that count. */
export function priceText(price: string | number | null): string {
  const value = toNumber(price);
  return value === null ? NOTHING : value.toLocaleString('en-US', { maximumSignificantDigits: 7 });
}

/** `+4.20 %` from a fraction. */
export function changeText(fraction: number | null): string {
  if (fraction === null) return NOTHING;
  const text = (fraction * 100).toFixed(2);
  return minus(`${Number(text) > 0 ? '+' : ''}${text} %`).replace(/^−0\.00/, '0.00');
}

/** `4.2 %` from a fraction. */
export function shareText(fraction: number | null): string {
  return fraction === null ? NOTHING : minus(`${Number((fraction * 100).toFixed(2))} %`);
}

/** `1.23M` of quote units. */
export function volumeText(value: number | null): string {
  return value === null ? NOTHING : value.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
}

/** `3.2×`. */
export function timesText(ratio: number | null): string {
  return ratio === null ? NOTHING : `${ratio.toFixed(1)}×`;
}

/** `12.3` of a score. */
export function scoreText(score: number | null): string {
  return score === null ? NOTHING : score.toFixed(1);
}

/** `06-15 09:20:31` from Unix seconds. */
export function timeText(seconds: number | null): string {
  return seconds === null ? NOTHING : new Date(seconds * 1000).toISOString().slice(5, 19).replace('T', ' ');
}

/** `95 s`, `12 min`, `5 h`, from seconds. */
export function ageText(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  const whole = Math.max(0, seconds);
  if (whole < 120) return `${whole < 10 ? whole.toFixed(1) : Math.floor(whole)} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  return whole < 172_800 ? `${Math.floor(whole / 3_600)} h` : `${Math.floor(whole / 86_400)} d`;
}

/** Which way an amount points. */
export function toneOf(amount: string | number | null): 'up' | 'down' | 'even' {
  const value = toNumber(amount) ?? 0;
  if (value === 0) return 'even';
  return value > 0 ? 'up' : 'down';
}

function toNumber(amount: string | number | null): number | null {
  if (amount === null || amount === '') return null;
  const value = Number(amount);
  return Number.isFinite(value) ? value : null;
}

function minus(text: string): string {
  return text.replace('-', '−');
}
