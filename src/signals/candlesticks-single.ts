/**
 * Candlestick patterns of one candle. Thresholds are shares of the candle's own parts or of the mean body.
 */
import { plain, reversal, type Setting } from './candlestick-setting.ts';
import type { Finding } from './pattern.ts';

/** Adds the patterns that the newest candle is by itself. */
export function findSinglePatterns(setting: Setting, findings: Finding[]): void {
  if (!(setting.now.range >= setting.small)) return;
  findHammers(setting, findings);
  findStars(setting, findings);
  findDoji(setting, findings);
  findSpinningTop(setting, findings);
  findFullBodies(setting, findings);
}

/** A price far below the series' first one is zero in scaled prices, and then so is the least body. */
function isBody(body: number, small: number): boolean {
  return body > 0 && body >= small;
}

function findHammers({ now, small, trend }: Setting, findings: Finding[]): void {
  const { body, lower, upper } = now;
  if (!(isBody(body, small) && lower >= 2 * body && upper <= 0.5 * body)) return;
  if (trend === -1) {
    const raw = Math.min(55 + 5 * Math.floor(lower / body), 80) + (now.isGreen ? 8 : 0);
    findings.push(reversal('hammer', raw, 'H'));
  } else if (trend === 1) {
    const raw = (now.isRed ? 65 : 45) + (lower >= 3 * body ? 5 : 0);
    findings.push(reversal('hangingMan', -raw, 'M'));
  }
}

function findStars({ now, one, small, trend }: Setting, findings: Finding[]): void {
  const { body, lower, upper } = now;
  if (!(isBody(body, small) && upper >= 2 * body && lower <= 0.3 * body)) return;
  if (trend === 1) {
    const raw = Math.min(50 + 5 * Math.floor(upper / body), 75) + (now.low > one.high ? 10 : 0) + (now.isRed ? 5 : 0);
    findings.push(reversal('shootingStar', -raw, 'M'));
  } else if (trend === -1) {
    findings.push(reversal('invertedHammer', (now.isGreen ? 55 : 40) + (upper >= 3 * body ? 5 : 0), 'L'));
  }
}

function findDoji({ now, body: mean, small, trend }: Setting, findings: Finding[]): void {
  if (trend === 0 || !(mean >= small && now.body < 0.1 * mean)) return;
  const { range, upper, lower } = now;
  const [long, short] = trend === 1 ? [upper, lower] : [lower, upper];
  const end = trend === 1 ? 'Top' : 'Bottom';
  if (long > 0.6 * range && short < 0.1 * range) {
    findings.push(reversal(trend === 1 ? 'gravestoneDoji' : 'dragonflyDoji', -75 * trend, 'H'));
  } else if (upper > 0.3 * range && lower > 0.3 * range) {
    findings.push(reversal(`longLeggedDoji${end}`, -55 * trend, 'M'));
  } else findings.push(reversal(`doji${end}`, -50 * trend, 'M'));
}

function findSpinningTop({ now, body: mean, trend, series }: Setting, findings: Finding[]): void {
  const { body, upper, lower } = now;
  if (trend === 0 || !(body > 0.1 * mean && body < 0.5 * mean && upper > 0.8 * body && lower > 0.8 * body)) return;
  const { at, close } = series.columns;
  const before = close[at - 10] as number;
  const percent = (100 * (now.close - before)) / before;
  if (Math.min(15 * Math.abs(percent), 100) < 40) return;
  findings.push(plain(trend === 1 ? 'spinningTopAtTop' : 'spinningTopAtBottom', -25 * trend, 'L'));
}

function findFullBodies({ now, body: mean, trend }: Setting, findings: Finding[]): void {
  const { body, range, upper, lower, isGreen, isRed } = now;
  if (body > 1.8 * mean && body > 0.9 * range) {
    findings.push(plain(isGreen ? 'marubozuBull' : 'marubozuBear', isGreen ? 40 : -40, 'M'));
  }
  if (!(body > 1.5 * mean && body > 0.8 * range)) return;
  if (isGreen && trend === -1 && lower < 0.05 * body) findings.push(reversal('beltHoldBull', 55, 'M'));
  if (isRed && trend === 1 && upper < 0.05 * body) findings.push(reversal('beltHoldBear', -55, 'M'));
}
