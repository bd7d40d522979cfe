/**
 * The parameter sets that reference values were made with, by the names that the files use for them.
 */
import { type ConsensusParams, type FusionParams, findSignalProfile, type SignalProfile } from '../../signals/index.ts';

function named(name: string): SignalProfile {
  const profile = findSignalProfile(name);
  if (profile === null) throw new RangeError(`no profile named ${name}`);
  return profile;
}

/** The reference as it was observed. */
export const PARITY = named('parity');

/** The reference with the seed's MACD: `slow` alone, `dual` with the fast one, `kdj5` with the shorter KDJ. */
export const SEED_VARIANTS = {
  slow: { ...PARITY, macd: { fast: 12, slow: 26, signal: 9 } },
  dual: {
    ...PARITY,
    macd: { fast: 12, slow: 26, signal: 9 },
    fastMacd: { fast: 5, slow: 10, signal: 5 },
  },
  kdj5: { ...PARITY, macd: { fast: 12, slow: 26, signal: 9 }, kdj: 5 },
} as const satisfies Record<string, SignalProfile>;

const HOT: FusionParams = PARITY.fusion;

/** Fusions by their names in the files. */
export const FUSIONS: Readonly<Record<string, FusionParams>> = {
  hot: HOT,
  hotSoftVeto: { ...HOT, veto: 'soft' },
  hotDecorrMax: { ...HOT, decorrelation: 'max' },
  hotDecorrDiscount: { ...HOT, decorrelation: 'discount' },
  fallback: { ...HOT, mode: 'weighted' },
  c6_veto: { ...HOT, mode: 'c6_veto' },
  kdj_weighted: { ...HOT, mode: 'kdj_weighted' },
  kdj_timing: { ...HOT, mode: 'kdj_timing' },
  kdj_gate: { ...HOT, mode: 'kdj_gate' },
};

/** A consensus with the weights it was made with. */
export type WeightedConsensus = {
  readonly params: ConsensusParams;
  readonly weights: Readonly<Record<string, number>>;
};

const CODE_WEIGHTS = { '1m': 1, '5m': 1, '15m': 3, '1h': 8 };
const SEED_WEIGHTS = { '1m': 5, '5m': 10, '15m': 15, '1h': 20 };
/** In all of the reference's profiles the long one of equal chains counts, and a majority acts. */
const ANCHOR: ConsensusParams = { ...named('seed').consensus, equalChains: 'long', majority: 'acts' };

/** Consensus profiles by their names in the files. */
export const CONSENSUSES: Readonly<Record<string, WeightedConsensus>> = {
  code: { params: PARITY.consensus, weights: CODE_WEIGHTS },
  seedAnchor: { params: ANCHOR, weights: SEED_WEIGHTS },
  seedLoose: { params: { ...ANCHOR, strongNeeds: 'length' }, weights: SEED_WEIGHTS },
  seedFlat: { params: { ...ANCHOR, strongNeeds: 'length', largeMinutes: 240 }, weights: SEED_WEIGHTS },
};
