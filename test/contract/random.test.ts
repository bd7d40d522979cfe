import { createSeededRandom } from '../../src/adapters/memory/seeded-random.ts';
import { describeRandomContract } from './random.contract.ts';

describeRandomContract('the seeded random', createSeededRandom);
