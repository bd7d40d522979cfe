/**
 * The journal's format on top of the Journal port: how inputs, output digests and states become records.
 */
export { type CandleTexts, digest, digestText, encode, parseEncoded } from './codec.ts';
export { inputRecord, outputRecord, parseInput, type RecordedInput, readInputs } from './records.ts';
