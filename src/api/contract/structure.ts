/**
 * Chart structure on the wire.
 */
import { z } from 'zod';

const version = z.literal(1);

const feature = z.object({ key: z.string(), label: z.string(), default_visible: z.boolean() });

/** Answer of `GET /api/factor/catalog`: the factors, dependencies first, and what can be shown of each. */
export const factorCatalogAnswer = z
  .object({ schema_version: version, factors: z.array(feature.extend({ sub_features: z.array(feature) })) })
  .meta({ id: 'FactorCatalog' });

/** Answer of `GET /api/factor/catalog`. */
export type FactorCatalogAnswer = z.infer<typeof factorCatalogAnswer>;
