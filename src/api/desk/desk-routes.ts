/**
 * Every path of the operator's desk with who may use it, as data: the server registers from it, the guard reads its
 * scopes, and the suites of routes and of security are made from it.
 */

/**
 * Who may: everybody; whoever is logged in; who may steer (settings, acknowledgements, pauses); who may also sell
 * everything or part with a position at the market.
 */
export type DeskScope = 'public' | 'read' | 'operate' | 'money';

/** One path. `*` at its end stands for everything below. */
export type DeskRoute = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly scope: DeskScope;
  readonly summary: string;
};

/** Routes of the desk itself, wherever it is served. */
export const DESK_ROUTES = [
  {
    method: 'GET',
    path: '/hotcoin/health',
    scope: 'public',
    summary: 'Aggregate health; the whole body for who is logged in',
  },
  { method: 'GET', path: '/hotcoin/status', scope: 'read', summary: 'The same as /hotcoin/api/status' },
  {
    method: 'GET',
    path: '/hotcoin/config',
    scope: 'read',
    summary: 'Settings in force, saved and default, and where each comes from',
  },
  {
    method: 'POST',
    path: '/hotcoin/config/preview',
    scope: 'operate',
    summary: 'What a change of settings would amount to; saves nothing',
  },
  { method: 'POST', path: '/hotcoin/config', scope: 'operate', summary: 'Checks settings as a whole and saves them' },
  { method: 'GET', path: '/hotcoin/api/status', scope: 'read', summary: 'State of the engine at a glance' },
  {
    method: 'GET',
    path: '/hotcoin/api/risk',
    scope: 'read',
    summary: 'The five layers of risk: value and limit of each',
  },
  { method: 'GET', path: '/hotcoin/api/balances', scope: 'read', summary: 'The wallet' },
  {
    method: 'GET',
    path: '/hotcoin/api/precheck_stats',
    scope: 'read',
    summary: 'Orders that were not sent, by code and symbol',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/execution_metrics',
    scope: 'read',
    summary: 'Orders of the last five minutes, and request weight',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/pool',
    scope: 'read',
    summary: 'Candidates with their heat by dimension, hottest first, and refusals by gate',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/funnel',
    scope: 'read',
    summary: 'How many got how far, and what refused the others',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/signals',
    scope: 'read',
    summary: 'The newest opinion on each coin with its grounds, newest first',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/positions',
    scope: 'read',
    summary: 'Open positions with stop, tiers, trailing and protection',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/equity',
    scope: 'read',
    summary: 'What everything was worth, over hours to years, with every high and low',
  },
  { method: 'GET', path: '/hotcoin/api/trades', scope: 'read', summary: 'Closed legs, newest first' },
  { method: 'GET', path: '/hotcoin/api/events', scope: 'read', summary: 'The event log, filtered, newest first' },
  {
    method: 'GET',
    path: '/hotcoin/api/why',
    scope: 'read',
    summary: 'Why a coin was bought or not, why a position was sold, or what every rule refused',
  },
  {
    method: 'GET',
    path: '/hotcoin/api/chart',
    scope: 'read',
    summary: 'Candles of a coin with our orders and the events behind them',
  },
  { method: 'GET', path: '/hotcoin/api/hot_posts', scope: 'read', summary: 'Social posts and listings' },
  {
    method: 'GET',
    path: '/hotcoin/api/ml',
    scope: 'read',
    summary: 'The model in shadow: what it is worth, what it said last and what became of it',
  },
  { method: 'GET', path: '/hotcoin/api/params', scope: 'read', summary: 'The settings in force, to look at' },
  {
    method: 'POST',
    path: '/hotcoin/api/acknowledge',
    scope: 'operate',
    summary: 'The halt of L5 was seen, or the emergency is over',
  },
  { method: 'POST', path: '/hotcoin/api/entries', scope: 'operate', summary: 'Pauses entries, or lets them go on' },
  { method: 'POST', path: '/hotcoin/api/close_position', scope: 'money', summary: 'Sells one position at the market' },
  {
    method: 'POST',
    path: '/hotcoin/api/emergency_close',
    scope: 'money',
    summary: 'Sells everything at once and latches entries off',
  },
  { method: 'GET', path: '/ws/hotcoin', scope: 'read', summary: 'WebSocket: snapshots and deltas of topics' },
] as const satisfies readonly DeskRoute[];

/** Routes of the server around it. Pages and what they are made of are public: they hold no data. */
export const DESK_SERVER_ROUTES = [
  { method: 'GET', path: '/', scope: 'public', summary: 'Leads to the page' },
  { method: 'GET', path: '/hotcoin', scope: 'public', summary: 'Leads to the page' },
  { method: 'GET', path: '/hotcoin/', scope: 'public', summary: 'The page' },
  { method: 'GET', path: '/hotcoin/assets/*', scope: 'public', summary: 'What the page is made of' },
  { method: 'GET', path: '/health', scope: 'public', summary: 'Whether the engine runs, for whoever restarts it' },
  { method: 'GET', path: '/ready', scope: 'public', summary: 'Whether the engine knows its market, and what it lacks' },
  { method: 'GET', path: '/metrics', scope: 'read', summary: 'Figures for Prometheus' },
  { method: 'GET', path: '/api/hotwick/info', scope: 'read', summary: 'What runs here' },
  { method: 'GET', path: '/api/docs/*', scope: 'read', summary: 'This contract, to read' },
  { method: 'GET', path: '/api/openapi.json', scope: 'read', summary: 'This contract as OpenAPI' },
] as const satisfies readonly DeskRoute[];

type KeyOf<R extends DeskRoute> = R extends DeskRoute ? `${R['method']} ${R['path']}` : never;

/** Names a route of the desk. */
export type DeskRouteKey = KeyOf<(typeof DESK_ROUTES)[number]>;
