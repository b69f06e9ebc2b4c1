import Database from 'better-sqlite3';
import type { Provider } from '@nestjs/common';

export const DATABASE = Symbol('DATABASE');

export const databaseProvider: Provider = {
  provide: DATABASE,
  useFactory: () => {
    const db = new Database(process.env.ORDERS_DB ?? 'orders.db', { fileMustExist: true });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('busy_timeout = 5000');
    db.pragma('cache_size = -65536');
    return db;
  },
};
