/**
 * Chart structure over HTTP (wire contract 2.10 to 2.12).
 */
import type { FastifyInstance } from 'fastify';
import { factorCatalogAnswer } from './contract.ts';
import { describeCatalog, type FactorLexicon } from './factor-lexicon.ts';

/** What the routes work with. */
export type StructureParts = { readonly lexicon: FactorLexicon };

const tags = ['structure'];
const catalogSchema = {
  tags,
  summary: 'The factors, and what can be shown of each',
  response: { 200: factorCatalogAnswer },
};

/** Adds the routes. */
export function structureRoutes(app: FastifyInstance, { lexicon }: StructureParts): void {
  const catalog = describeCatalog(lexicon);
  app.get('/api/factor/catalog', { schema: catalogSchema, exposeHeadRoute: false }, () => catalog);
}
