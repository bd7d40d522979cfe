/**
 * Candlestick patterns of two candles.
 */
import { plain, reversal, type Setting } from './candlestick-setting.ts';
import type { Finding } from './pattern.ts';

/** Adds the patterns that the newest candle is with the one before it. */
export function findDoublePatterns(setting: Setting, findings: Finding[]): void {
  findEngulfing(setting, findings);
  findCovers(setting, findings);
  findHarami(setting, findings);
  findTweezers(setting, findings);
  findCounterattack(setting, findings);
  findWindows(setting, findings);
}

function findEngulfing({ now, one, body: mean, small, trend }: Setting, findings: Finding[]): void {
  if (!(now.body >= small && one.body >= small)) return;
  const raw = Math.min(60 + (one.body < 0.5 * mean ? 10 : 0) + (now.body > 1.5 * mean ? 10 : 0), 90);
  if (one.isRed && now.isGreen && now.open <= one.close && now.close >= one.open && trend <= 0) {
    findings.push(reversal('engulfingBull', raw, 'H'));
  }
  if (one.isGreen && now.isRed && now.open >= one.close && now.close <= one.open && trend >= 0) {
    findings.push(reversal('engulfingBear', -raw, 'H'));
  }
}

/** Dark cloud, on-neck and piercing line: how far the newest body reaches into the one before. */
function findCovers({ now, one, trend }: Setting, findings: Finding[]): void {
  const middle = (one.open + one.close) / 2;
  if (one.isGreen && now.isRed) {
    const percent = (100 * (one.close - now.close)) / (one.close - one.open);
    if (now.open >= one.high && now.close < middle && now.close > one.open && trend >= 0) {
      findings.push(reversal('darkCloud', -Math.min(55 + Math.trunc(0.3 * percent), 85), 'H'));
    }
    if (now.open >= one.close && now.close >= middle && now.close < one.close && trend === 1) {
      findings.push(plain('onNeck', -25, 'L'));
    }
  }
  if (one.isRed && now.isGreen && now.open <= one.low && now.close > middle && now.close < one.open && trend <= 0) {
    const percent = (100 * (now.close - one.close)) / (one.open - one.close);
    findings.push(reversal('piercing', Math.min(55 + Math.trunc(0.3 * percent), 85), 'H'));
  }
}

function findHarami({ now, one, body: mean, small, trend }: Setting, findings: Finding[]): void {
  if (!(one.body >= small && one.body > mean && now.body < 0.5 * one.body)) return;
  if (!(one.bottom <= now.bottom && one.top >= now.top)) return;
  const isAgainst = (trend === 1 && one.isGreen) || (trend === -1 && one.isRed);
  if (!isAgainst) return;
  const end = trend === 1 ? 'Bear' : 'Bull';
  if (now.body < 0.1 * mean) findings.push(reversal(`haramiCross${end}`, -65 * trend, 'H'));
  else findings.push(reversal(`harami${end}`, -45 * trend, 'M'));
}

function findTweezers({ now, one, range: mean, small, trend }: Setting, findings: Finding[]): void {
  if (!(mean >= small)) return;
  if (trend === 1 && Math.abs(one.high - now.high) < 0.03 * mean && now.isRed) {
    findings.push(reversal('tweezersTop', -45, 'M'));
  } else if (trend === -1 && Math.abs(one.low - now.low) < 0.03 * mean && now.isGreen) {
    findings.push(reversal('tweezersBottom', 45, 'M'));
  }
}

function findCounterattack({ now, one, body: mean, small, trend }: Setting, findings: Finding[]): void {
  const isMeeting = mean >= small && Math.abs(now.close - one.close) < 0.05 * mean;
  if (!isMeeting || !(one.body > 0.8 * mean && now.body > 0.8 * mean)) return;
  if (one.isRed && now.isGreen && trend === -1) findings.push(reversal('counterattackBull', 50, 'M'));
  if (one.isGreen && now.isRed && trend === 1) findings.push(reversal('counterattackBear', -50, 'M'));
}

function findWindows({ now, one, range: mean, small }: Setting, findings: Finding[]): void {
  if (!(mean >= small)) return;
  if (now.low > one.high && now.low - one.high > 0.3 * mean) findings.push(plain('windowUp', 35, 'M'));
  if (now.high < one.low && one.low - now.high > 0.3 * mean) findings.push(plain('windowDown', -35, 'M'));
}
