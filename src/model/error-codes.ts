/**
 * The registry of every expected failure: its stable code, the sentence a person reads and what they can do.
 * docs/errors.md is generated from it. Codes are never reused for another meaning.
 */

/** `{name}` in a template is filled from the failure's context. */
type ErrorDefinition = { readonly message: string; readonly hint: string };

/** Every failure Hotwick can report, by code. */
export const ERROR_CODES = {
  series_id_malformed: {
    message: '{reason}',
    hint: 'Write exchange:market:BASE/QUOTE:timeframe, for example binance:futures:BTC/USDT:5m.',
  },
  timeframe_malformed: {
    message: '{reason}',
    hint: 'Write a positive number and m, h or d, for example 1m, 4h or 1d.',
  },
  timeframes_span_too_long: {
    message: 'the timeframes {timeframes} do not end together within {days} days',
    hint: 'Leave out {excess}, or choose lengths that divide each other, such as 5m,15m,1h,4h,1d: the whole stretch is read again at every start and repair.',
  },
  instrument_malformed: {
    message: '"{text}" is not an instrument',
    hint: 'Write exchange:market:BASE/QUOTE, for example binance:spot:ETH/USDT.',
  },
  frame_corrupt: {
    message: 'a frame from {source} is not usable: {reason}',
    hint: 'The frame is skipped and counted; repair fetches the candle over REST. If it repeats, the venue changed its protocol.',
  },
  venue_unreachable: {
    message: '{url} did not answer: {reason}',
    hint: 'Check the network and the base URL; the request is retried with back-off.',
  },
  venue_rate_limited: {
    message: '{url} refused the request for exceeding its limits (HTTP {status})',
    hint: 'Requests pause until the venue allows them again ({retryAfterMs} ms).',
  },
  venue_refused: {
    message: '{url} refused the request: HTTP {status} {reason}',
    hint: 'Check the symbol and the parameters; this request is not retried.',
  },
  venue_answer_malformed: {
    message: '{url} answered something unexpected: {reason}',
    hint: 'The answer is discarded and nothing is stored from it. If it repeats, the venue changed its protocol.',
  },
  feed_silent: {
    message: '{source} is connected but sends nothing ({silentMs} ms)',
    hint: 'The connection is replaced. An ACK without frames means the stream moved to another path.',
  },
  store_unavailable: {
    message: 'the database {path} can not be opened: {reason}',
    hint: 'Check that the folder exists, is writable and has free space, or choose another with --data-dir.',
  },
  store_schema_newer: {
    message: 'the database {path} has schema version {found}, this program knows up to {known}',
    hint: 'Use the newer Hotwick that wrote it, or another --data-dir. Nothing was changed.',
  },
  store_corrupt: {
    message: 'the database {path} is damaged: {reason}',
    hint: 'Move the file away and import the data again, or restore a copy. Nothing was changed.',
  },
  journal_corrupt: {
    message: 'the journal is damaged at sequence {sequence}: {reason}',
    hint: 'Records before it are intact. Move the database away or restore a copy; candles can be fetched again.',
  },
  data_dir_unwritable: {
    message: 'the data directory {path} can not be written: {reason}',
    hint: 'Fix its permissions or choose another with --data-dir.',
  },
  data_dir_in_use: {
    message: 'another Hotwick runs on this data directory ({path})',
    hint: 'Stop it first, or choose another directory with --data-dir. Nothing was changed.',
  },
  port_occupied: {
    message: 'port {port} on {host} is already in use',
    hint: 'Stop the other program or choose another port with --port.',
  },
  file_unreadable: {
    message: '{path} can not be read: {reason}',
    hint: 'Check the path and its permissions.',
  },
  file_truncated: {
    message: '{path} ends in the middle of its compressed data after {rows} rows',
    hint: 'Download the file again. Complete rows before the cut were {kept}.',
  },
  csv_columns_wrong: {
    message: '{path} line {line}: {reason}',
    hint: 'Expected open_time,open,high,low,close,volume[,close_time,quote_volume,trades,taker_base,taker_quote[,ignore]].',
  },
  csv_value_wrong: {
    message: '{path} line {line}: {reason}',
    hint: 'Correct or remove the line; nothing after it was read.',
  },
  file_name_unclear: {
    message: 'the symbol, market or timeframe of {path} can not be told from its name',
    hint: 'Give them: --series binance:spot:BTC/USDT:1m.',
  },
  data_differs: {
    message: '{different} of {compared} candles differ',
    hint: 'The list above names each candle and column.',
  },
  signals_differ: {
    message: '{different} of {compared} reference values differ',
    hint: 'The list above names each of them. Do not trade on a build that computes other signals.',
  },
  audit_violated: {
    message: '{violations} of {studies} studies look ahead or need more history than they claim',
    hint: 'The list above names each of them. A backtest over such a study shows profits that nobody can make.',
  },
  invariant_broken: {
    message: '{broken} of {checked} invariants did not hold: {reason}',
    hint: 'The same seed ({seed}) breaks it again: this is a defect, please report it with the seed and the version.',
  },
  recording_damaged: {
    message: '{path} is damaged: {reason}',
    hint: 'What came before the damage was played. Restore the file from a copy, or play later segments by themselves.',
  },
  replay_differs: {
    message: '{different} of {compared} answers differ from the recording',
    hint: 'Play a recording with the version that made it. With the same version this is a defect: please report it.',
  },
  recording_ended: {
    message: 'the recording in {path} ended: {reason}',
    hint: 'Everything else goes on. Make room or give another folder, then start again to record again.',
  },
  usage_wrong: {
    message: '{reason}',
    hint: 'Run the command with --help to see its options and examples.',
  },
  scenario_wrong: {
    message: '{reason}',
    hint: 'What a scenario may say is listed in docs/simulator.md; hotwick sim scenarios NAME prints one to start from.',
  },
  symbol_unknown: {
    message: 'the venue does not know {symbol}',
    hint: 'Look at the spelling and the market (spot or futures).',
  },
  candle_invalid: {
    message: 'candle refused: {reason}',
    hint: 'Prices and volumes are finite and not negative, and low <= open, close <= high.',
  },
  mailbox_full: {
    message: 'the mailbox holds {depth} inputs and takes no more',
    hint: 'The sender waits for room. If it repeats, the machine is too slow for the number of series.',
  },
  engine_stopped: {
    message: 'the service is stopping and takes nothing more',
    hint: 'Send it again when the service is up; nothing of it was stored.',
  },
  order_refused: {
    message: 'the venue refused the order: {reason}',
    hint: 'The order does not exist at the venue. Correct it; a new order needs a new client order id.',
  },
  order_duplicate: {
    message: 'order {clientOrderId} exists at the venue already',
    hint: 'Query it by its client order id; a new order needs a new one.',
  },
  order_rule_broken: {
    message: 'the order breaks a rule of the venue: {reason}',
    hint: 'Fetch the trading rules again and size the order by them. The order does not exist.',
  },
  order_would_trigger: {
    message: 'the market is already beyond the price of the order: {reason}',
    hint: 'The order does not exist. Sell at the market, or choose prices on the right side of it.',
  },
  order_not_open: {
    message: 'there is no open order {clientOrderId} to cancel',
    hint: 'It ended or never existed: query it to learn which.',
  },
  balance_insufficient: {
    message: 'the balance does not cover the order: {reason}',
    hint: 'Fetch the balances again; what open orders lock is not free. The order does not exist.',
  },
  instrument_not_trading: {
    message: '{instrumentId} is not trading: {reason}',
    hint: 'The order does not exist. Wait until the venue resumes the instrument.',
  },
  order_limit_reached: {
    message: 'the account has sent as many orders as the venue allows: {reason}',
    hint: 'The order does not exist. It may be sent again when the limit resets.',
  },
  clock_skewed: {
    message: 'the venue refused the time of a request: {reason}',
    hint: 'The request was not carried out. Synchronise the clock of this machine.',
  },
  file_unwritable: {
    message: '{path} can not be written: {reason}',
    hint: 'Check that its folder exists, is writable and has free space. What was there before is unchanged.',
  },
  file_not_private: {
    message: 'others may read {path}',
    hint: 'It holds secrets: chmod 600 it, and give out new ones if somebody may have read it.',
  },
  operator_missing: {
    message: 'there is no operator in {dataDir} yet',
    hint: 'Make one with hotwick operator create; the first hotwick trade makes one, too.',
  },
  operator_exists: {
    message: 'there is an operator in {dataDir} already',
    hint: 'Change the passphrase with hotwick operator passphrase. Without it nothing opens the vault: move operator.json away and begin anew.',
  },
  operator_file_broken: {
    message: '{path} is not what this version writes',
    hint: 'Bring it back from a backup, or move it away and create a new operator; the vault in it is lost then.',
  },
  passphrase_wrong: { message: 'the passphrase is wrong', hint: 'Nothing was changed. Try again.' },
  passphrase_weak: {
    message: 'the passphrase is too weak: {weakness}',
    hint: 'Take several words that do not belong together, or let hotwick make one.',
  },
  passphrase_needed: {
    message: 'the passphrase is needed and there is no terminal to ask for it',
    hint: 'Name a file with it: --passphrase-file or HOTWICK_PASSPHRASE_FILE.',
  },
  vault_broken: {
    message: 'the vault does not open although the passphrase is right',
    hint: 'A byte of operator.json was changed. Bring it back from a backup, or enter the secrets again into a new one.',
  },
  token_unknown: { message: 'there is no token {id}', hint: 'List them with hotwick operator tokens.' },
  tokens_too_many: {
    message: 'there are {count} tokens, which is the most there can be',
    hint: 'Revoke one that is not used: hotwick operator revoke ID.',
  },
  secret_unknown: {
    message: '{name} is not a secret that the vault keeps',
    hint: 'It keeps {names}.',
  },
  audit_log_broken: {
    message: 'the audit log is broken at line {line} of {file}',
    hint: 'Somebody changed it, or a disk did. Keep the files for whoever looks into it, move them away, and start again.',
  },
  public_without_tls: {
    message: 'the desk would listen on {host}, where others reach it, without encryption',
    hint: 'Give --tls-cert and --tls-key, or --behind-proxy if a proxy before it speaks TLS; or leave it on 127.0.0.1 and use an SSH tunnel.',
  },
  credentials_malformed: {
    message: 'the API credentials are not usable: {reason}',
    hint: 'Give an API key with its secret, or with its Ed25519 private key as PEM.',
  },
  credentials_refused: {
    message: 'the venue refused the API credentials: {reason}',
    hint: 'Check the key, its secret, its permissions and the addresses it is restricted to. Nothing was carried out.',
  },
  trading_rules_stale: {
    message: 'the trading rules of the venue are not known well enough: {reason}',
    hint: 'No new positions until they are fetched again; what reduces positions is still sent.',
  },
  order_outcome_unknown: {
    message: 'no answer to order {clientOrderId}: its outcome is unknown',
    hint: 'Do not send it again. Query it by its client order id until the venue has spoken.',
  },
  entry_price_invalid: {
    message: 'no entry in {instrumentId}: there is no price to buy by',
    hint: 'Nothing was ordered. Check that the market data of the instrument arrives.',
  },
  position_unprotectable: {
    message: 'position {positionId} in {instrumentId} has no stop at the venue: {reason}',
    hint: 'Only the software stop protects it while Hotwick runs. Close the position if that is not enough.',
  },
  position_naked: {
    message: 'position {positionId} in {instrumentId} has been without a stop at the venue for {seconds} s',
    hint: 'The stop is tried again by itself and the software stop works on. Check the venue and the log.',
  },
  position_adopted: {
    message: 'position {positionId} in {instrumentId} was found at the venue and not in the records',
    hint: 'It is managed from now on with the default stop. Check that the database is the right one.',
  },
  balance_short: {
    message: 'the account has less {asset} than the fills say',
    hint: 'Somebody else sold or moved it. No more than is there is sold; correct it by hand.',
  },
  config_invalid: {
    message: 'the configuration has {count} problem(s): {reason}',
    hint: 'Correct the named variables; nothing was started.',
  },
  live_not_confirmed: {
    message: 'trading with money was asked for, and not everything it needs was given: {missing}',
    hint: 'Give what is missing, or set HOTCOIN_PAPER=1. Nothing was started.',
  },
  key_unsuitable: {
    message: 'the API key is refused: {reason}',
    hint: 'Make a key that may trade on spot and nothing else, without withdrawals. Nothing was started.',
  },
  events_missing: {
    message: 'there is no event log in {path}',
    hint: 'Name the directory of hotwick trade, which writes it, with --data-dir.',
  },
  events_wrong: {
    message: '{wrong} line(s) of the event log in {path} break its contract',
    hint: 'A killed process leaves one torn line at most. More than that was not written by this program.',
  },
  ledger_missing: {
    message: 'no decisions are kept in {path}',
    hint: 'Name the directory of hotwick trade, which keeps them, with --data-dir.',
  },
  trade_unknown: {
    message: 'no position {id} is known in {path}',
    hint: 'Ids of positions are in hotcoin_trades_*.jsonl and in what hotwick why says about a coin.',
  },
  backup_impossible: {
    message: '{target} can not be made a backup: {reason}',
    hint: 'Name an empty folder, or one that does not exist, on a disk with room for it.',
  },
  desk_not_answering: {
    message: 'the desk at {url} did not answer: {reason}',
    hint: 'See that hotwick trade runs there, and that the token has the scope read (hotwick operator token).',
  },
  series_not_stored: {
    message: 'no candles of {seriesId} are stored',
    hint: 'Trading stores those of its candidates, hotwick up those it follows; a running desk fetches any.',
  },
  trading_not_running: {
    message: 'no trading runs on {path}',
    hint: 'Name its directory with --data-dir. If it hangs, end it: stops rest on the exchange; sell by hand there.',
  },
  trading_round_failed: {
    message:
      'trading stopped in round {round} with {candidates} candidate(s) in the pool and {positions} position(s): {reason}',
    hint: 'Positions keep the stops that rest on the exchange. Start it again: what is stored is recovered.',
  },
  task_failed: {
    message: 'the part "{task}" of trading ended by itself: {reason}',
    hint: 'Look at the lines before it. Positions keep the stops that rest on the exchange; start trading again.',
  },
  emergency_unfinished: {
    message: 'after {seconds} s trading in {path} has not said that it sold everything',
    hint: 'The command stands and sales are tried again. Look at its output, and at the account on the exchange itself.',
  },
  notifier_failed: {
    message: 'a notice could not be delivered through {channel}: {reason}',
    hint: 'The notice stands in the log. Check the channel settings.',
  },
  features_unusable: {
    message: 'no row can be made of these numbers, {count} of them are wrong: {reason}',
    hint: 'Bring every feature once, under one of its names; write null where a value is not known. Nothing is guessed.',
  },
  feature_schema_mismatch: {
    message: 'the row was made by the feature schema {given}, this reader goes by {expected}',
    hint: 'Make the rows anew, or use a model that was trained on that schema. Nothing is cut, padded or reordered.',
  },
  samples_unusable: {
    message: 'nothing can be learned from these rows: {reason}',
    hint: 'Look at how the rows and labels were made. No model was trained or changed.',
  },
  model_settings_wrong: {
    message: 'a model can not be trained so: {reason}',
    hint: 'Correct the setting that is named. Nothing was trained.',
  },
  model_full_grown: {
    message: 'the model has {trees} trees and may not grow beyond {treesMax} while in use',
    hint: 'Train it anew from stored history. Until then it stays as it is.',
  },
  model_unusable: {
    message: 'the model file is not usable: {reason}',
    hint: 'Restore the file, or train the model again. Nothing is predicted with it.',
  },
  model_schema_differs: {
    message: 'the model was trained on features {found}, and these are {expected}',
    hint: 'Train it again on the features of this version. Values are never matched by their position.',
  },
  governance_unusable: {
    message: 'the papers of a model are not usable: {reason}',
    hint: 'Restore the file, or train and judge the model again. Until then it is not heard.',
  },
  model_not_served: {
    message: 'the model may not be heard: {reasons}',
    hint: 'Trading goes on without it. Put right what is named, or train and judge a new model.',
  },
  ml_candles_missing: {
    message: 'there is nothing of {interval} to learn from: {reason}',
    hint: 'Store candles first: hotwick data download or hotwick data import, of binance:spot series of minutes.',
  },
  ml_history_short: {
    message: '{rows} rows are too few, or of too short a time, for {folds} split(s); left out: {leftOut}',
    hint: 'Store more history, ask for fewer --folds, or shorten --horizon: a test span is longer than three labels. Hotness compares ten coins at least.',
  },
  models_damaged: {
    message: '{faults} check(s) of the models in {path} failed',
    hint: 'What failed is not heard. Restore the files, go back with hotwick ml rollback, or train anew.',
  },
  model_none_served: {
    message: 'no model of {task} {interval} is served',
    hint: 'Nothing is wrong: trading goes on without one. Train one, and promote it if the gate approves: hotwick ml --help.',
  },
  model_previous_missing: {
    message: 'there is no earlier model to go back to',
    hint: 'Withdraw the model instead, or train a new one. Nothing was changed.',
  },
  unexpected: {
    message: 'something unexpected went wrong: {reason}',
    hint: 'This is a defect in Hotwick. Please report it with the steps that led here.',
  },
} as const satisfies Record<string, ErrorDefinition>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_CODES;
