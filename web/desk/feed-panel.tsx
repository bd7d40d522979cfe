/**
 * What is said and announced. Every text here is foreign and may be hostile: it is shown as plain text, links are not
 * made of it, and marks that turn the reading direction stay inside their own line.
 */
import type { HotPost, ListingNotice, WireMonitor } from '../../src/api/contract.ts';
import { Card, Empty, Tag } from './card.tsx';
import { useDesk, useMarketNow, useTopic } from './desk-context.tsx';
import { ageText, timeText } from './figures.ts';
import { Waiting } from './waiting.tsx';

/** Posts, listings, monitors. */
export function FeedPanel() {
  const { strings } = useDesk();
  const feed = useTopic('posts');
  if (feed === null) return <Waiting />;
  const { posts, listings, monitors } = feed;
  return (
    <div className="grid">
      <Card title={strings.posts} about={strings.foreignText} testId="posts">
        {posts.length === 0 ? <Empty>{strings.noPosts}</Empty> : null}
        <ul className="plain posts">
          {posts.map((post) => (
            <Post key={`${post.source} ${post.id}`} post={post} />
          ))}
        </ul>
      </Card>
      <div className="flow">
        <Card title={strings.listings} testId="listings">
          {listings.length === 0 ? <Empty>{strings.noListings}</Empty> : null}
          <ul className="plain posts">
            {listings.map((listing) => (
              <Listing key={`${listing.symbol} ${listing.announced_ms ?? listing.open_ms}`} listing={listing} />
            ))}
          </ul>
        </Card>
        <Card title={strings.monitors} testId="monitors">
          {Object.keys(monitors).length === 0 ? <Empty>{strings.noRows}</Empty> : null}
          <ul className="plain">
            {Object.entries(monitors).map(([name, monitor]) => (
              <Monitor key={name} name={name} monitor={monitor} />
            ))}
          </ul>
        </Card>
      </div>
    </div>
  );
}

function Post({ post: { title, body, tickers, sentiment, source, author, ts } }: { readonly post: HotPost }) {
  const { strings } = useDesk();
  const now = useMarketNow();
  const tone = sentiment > 0.05 ? 'up' : sentiment < -0.05 ? 'down' : 'even';
  return (
    <li>
      <p>
        <bdi>
          <b>{title}</b>
        </bdi>
      </p>
      {body === title || body === '' ? null : (
        <p>
          <bdi>{body}</bdi>
        </p>
      )}
      <p className="muted row">
        <Tag tone={source}>{source}</Tag>
        {author === null ? null : <bdi>{author}</bdi>}
        <span>{ageText(now - ts)}</span>
        <span className={`tone-${tone}`}>
          {strings.sentiment} {sentiment.toFixed(2)}
        </span>
        {tickers.map((ticker) => (
          <Tag key={ticker} tone="ticker">
            {ticker}
          </Tag>
        ))}
      </p>
    </li>
  );
}

function Listing({ listing: { symbol, state, title, announced_ms, open_ms } }: { readonly listing: ListingNotice }) {
  const { strings } = useDesk();
  return (
    <li>
      <p className="row">
        <b>{symbol}</b>
        <Tag tone={state === 'confirmed' ? 'ok' : 'warn'}>{strings.listingState[state]}</Tag>
        <span className="muted">
          {announced_ms === null ? '' : timeText(announced_ms / 1_000)}
          {open_ms === null ? '' : ` · ${strings.opens(timeText(open_ms / 1_000))}`}
        </span>
      </p>
      {title === null ? null : (
        <p>
          <bdi>{title}</bdi>
        </p>
      )}
    </li>
  );
}

function Monitor({ name, monitor }: { readonly name: string; readonly monitor: WireMonitor }) {
  const { strings } = useDesk();
  const now = useMarketNow();
  const { enabled, running, off_reason, last_success_ts, last_error, error_count } = monitor;
  const isOn = enabled && running;
  return (
    <li>
      <b>{name}</b> <Tag tone={isOn ? 'ok' : 'off'}>{isOn ? strings.monitorOn : strings.monitorOff}</Tag>{' '}
      <span className="muted">
        {off_reason ?? ''}
        {last_success_ts === null ? '' : ` ${strings.lastSuccess} ${ageText(now - last_success_ts)}`}
        {last_error === null ? '' : ` · ${last_error} (${error_count})`}
      </span>
    </li>
  );
}
