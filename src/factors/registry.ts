/**
 * The factors of the product. Adding one is its folder and one line here: docs/recipes/add-a-factor.md.
 */
import { anchorFactor } from './anchor/index.ts';
import { type RunnableFactor, runnable } from './factor.ts';
import { orderFactors } from './graph.ts';
import { penFactor } from './pen/index.ts';
import { pivotFactor } from './pivot/index.ts';
import { srFactor } from './sr/index.ts';
import { zhongshuFactor } from './zhongshu/index.ts';

/** Every factor, dependencies first. */
export const FACTORS: readonly RunnableFactor[] = orderFactors([
  runnable(anchorFactor),
  runnable(penFactor),
  runnable(pivotFactor),
  runnable(srFactor),
  runnable(zhongshuFactor),
]);
