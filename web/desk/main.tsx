/**
 * The root of the desk: the browser's address, storage and colours meet the application here and nowhere else. The page
 * lies at `/hotcoin/` of its server, whatever stands before that.
 */
import { createRoot } from 'react-dom/client';
import { DeskApp } from './desk-app.tsx';
import { createDeskPlatform } from './desk-platform.ts';

const LANGUAGE_KEY = 'hotwick-language';
const THEME_KEY = 'hotwick-theme';

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // A browser may forbid storage; the page then begins with its defaults.
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forbidden storage only costs the memory of this choice.
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');
const theme = read(THEME_KEY);
const language = read(LANGUAGE_KEY);
const system = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
const spoken = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';

createRoot(root).render(
  <DeskApp
    platform={createDeskPlatform(new URL('..', location.href))}
    first={{
      theme: theme === 'dark' || theme === 'light' ? theme : system,
      language: language === 'en' || language === 'zh' ? language : spoken,
    }}
    keep={(view) => {
      write(THEME_KEY, view.theme);
      write(LANGUAGE_KEY, view.language);
    }}
    hash={{
      read: () => decodeURIComponent(location.hash.slice(1)),
      write: (name) => history.replaceState(null, '', `#${name}`),
    }}
  />,
);
