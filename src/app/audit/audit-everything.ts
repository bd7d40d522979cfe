/**
 * Everything that judges candles, audited over one stretch of minutes: indicators, factors, the books and their fusion
 * in each timeframe of a profile, and the consensus.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import type { SignalProfile } from '../../signals/index.ts';
import { candlesByTimeframe } from '../signals/signal-of-minutes.ts';
import { factorStudies } from './factor-studies.ts';
import { indicatorStudies } from './indicator-studies.ts';
import { type AuditPlan, auditFamily, type StudyAudit } from './look-ahead-audit.ts';
import { bookStudies, consensusStudy } from './signal-studies.ts';
import type { StudyFamily } from './study.ts';

/** What to audit and how thoroughly; at most `candles` newest candles of each timeframe are looked at. */
export type EverythingPlan = AuditPlan & { readonly profile: SignalProfile; readonly candles: number };

/** Families of the profile, in the order they are audited. */
export function allFamilies(profile: SignalProfile): readonly StudyFamily[] {
  const base = (profile.timeframes[0] as SignalProfile['timeframes'][number]).timeframe;
  return [
    indicatorStudies(base),
    factorStudies(base),
    ...profile.timeframes.map((params) => bookStudies(profile, params)),
    consensusStudy(profile),
  ];
}

/** Audits everything over `minutes` (ascending, not empty); `onFamily` is told each family before its turn. */
export function auditEverything(
  minutes: readonly ClosedCandle[],
  plan: EverythingPlan,
  onFamily: (family: StudyFamily) => void,
): readonly StudyAudit[] {
  const byTimeframe = candlesByTimeframe({ candles: minutes, gaps: [] }, plan.profile);
  return allFamilies(plan.profile).flatMap((family) => {
    onFamily(family);
    return auditFamily(family, (byTimeframe.get(family.timeframe) ?? []).slice(-plan.candles), plan);
  });
}
