/**
 * `hotwick profiles`: the parameter sets that signals can be computed with.
 */
import type { Command } from 'commander';
import { SIGNAL_PROFILES, type SignalProfile } from '../../signals/index.ts';
import { banner, say, sayJson } from './output.ts';

const EXAMPLES = `
Examples:
  hotwick profiles
  hotwick profiles --json`;

/** Adds the command. */
export function addProfilesCommand(program: Command): void {
  program
    .command('profiles')
    .description('parameter sets of the signals')
    .option('--json', 'print every parameter as JSON')
    .addHelpText('after', EXAMPLES)
    .action((flags: { readonly json?: boolean }) => {
      if (flags.json === true) sayJson(SIGNAL_PROFILES);
      else for (const profile of SIGNAL_PROFILES) sayProfile(profile);
    });
}

function sayProfile(profile: SignalProfile): void {
  const { timeframes, macd, fastMacd, consensus, fusion } = profile;
  const lengths = (of: SignalProfile['macd']): string => `${of.fast}/${of.slow}/${of.signal}`;
  const weights = timeframes.map(({ timeframe, weight, windowCandles, candlesMin }) => {
    return `${timeframe} weight ${weight}, window ${windowCandles}, at least ${candlesMin}`;
  });
  say(`${profile.name}: ${profile.description}`);
  say(
    banner([
      ['timeframes', weights.join('; ')],
      ['MACD', fastMacd === null ? lengths(macd) : `${lengths(macd)}, confirmed by ${lengths(fastMacd)}`],
      ['KDJ', `${profile.divergenceKdj} in the divergence book, ${profile.kdj} in its own`],
      ['divergence', profile.divergenceLag],
      ['fusion', `${fusion.mode}, ${fusion.cap === null ? 'uncapped' : `cut at ${fusion.cap}`}`],
      [
        'consensus',
        `short from ${consensus.shortThreshold}, long from ${consensus.longThreshold}; a chain of ` +
          `${consensus.strongMembers}${consensus.strongNeeds === 'large' ? ` with ${consensus.largeMinutes}m or more` : ''} is strong`,
      ],
    ]),
  );
  say();
}
