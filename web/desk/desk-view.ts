/**
 * How the page looks, kept from one visit to the next.
 */
import type { Language } from './desk-strings.ts';

/** The colours. */
export type Theme = 'dark' | 'light';

/** What is remembered of the page. */
export type DeskView = { readonly theme: Theme; readonly language: Language };
