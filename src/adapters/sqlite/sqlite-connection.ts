/**
 * A connection to a database file.
 */
import type Database from 'better-sqlite3';

/** A connection to the file; synchronous, one statement at a time. */
export type SqliteConnection = Database.Database;
