import { createHash, randomUUID } from 'node:crypto';
import { ConflictException, Inject, Injectable, UnprocessableEntityException } from '@nestjs/common';
import type { Database } from 'better-sqlite3';
import { DATABASE } from './database.js';
import { OrderDocument, OrderLine, PlaceOrderDto } from './order.dto.js';

interface Product {
  name: string;
  price_minor: number;
  currency: string;
}

@Injectable()
export class OrdersService {
  private readonly place: (key: string, order: PlaceOrderDto) => OrderDocument;

  constructor(@Inject(DATABASE) db: Database) {
    const insertKey = db.prepare(
      'INSERT INTO idempotency (key, fingerprint, order_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    const readKey = db.prepare<[string], { fingerprint: string; document: string }>(
      'SELECT fingerprint, document FROM idempotency JOIN orders ON orders.id = order_id WHERE key = ?',
    );
    const readProduct = db.prepare<[number], Product>(
      'SELECT name, price_minor, currency FROM product WHERE id = ?',
    );
    const reserve = db.prepare(
      `UPDATE balance SET available = available - @quantity, reserved = reserved + @quantity
       WHERE product_id = @product_id AND location_id = @location_id AND available >= @quantity`,
    );
    const insertLedger = db.prepare(
      'INSERT INTO ledger (product_id, location_id, reserved_delta, order_id, at) VALUES (?, ?, ?, ?, ?)',
    );
    const insertOrder = db.prepare(
      'INSERT INTO orders (id, customer_id, placed_at, document) VALUES (?, ?, ?, ?)',
    );
    const insertEvent = db.prepare('INSERT INTO outbox (type, payload, at) VALUES (?, ?, ?)');

    const transaction = db.transaction((key: string, order: PlaceOrderDto): OrderDocument => {
      const fingerprint = createHash('sha256').update(JSON.stringify(order)).digest('hex');
      const id = randomUUID();
      if (insertKey.run(key, fingerprint, id).changes === 0) {
        const first = readKey.get(key)!;
        if (first.fingerprint !== fingerprint) {
          throw new UnprocessableEntityException('this Idempotency-Key was used with another body');
        }
        return JSON.parse(first.document);
      }

      const placedAt = new Date().toISOString();
      const lines: OrderLine[] = [];
      const missing: number[] = [];
      let currency = '';
      for (const { product_id, quantity } of order.lines) {
        const product = readProduct.get(product_id);
        if (!product) {
          throw new UnprocessableEntityException(`unknown product ${product_id}`);
        }
        const wanted = { product_id, quantity, location_id: order.location_id };
        if (reserve.run(wanted).changes === 0) {
          missing.push(product_id);
        }
        currency = product.currency;
        lines.push({
          product_id,
          name: product.name,
          quantity,
          unit_price_minor: product.price_minor,
          total_minor: product.price_minor * quantity,
        });
      }
      if (missing.length > 0) {
        throw new ConflictException({ message: 'not enough stock', missing });
      }
      for (const { product_id, quantity } of lines) {
        insertLedger.run(product_id, order.location_id, quantity, id, placedAt);
      }
      const document: OrderDocument = {
        id,
        customer_id: order.customer_id,
        location_id: order.location_id,
        status: 'placed',
        currency,
        placed_at: placedAt,
        total_minor: lines.reduce((sum, line) => sum + line.total_minor, 0),
        lines,
      };
      const json = JSON.stringify(document);
      insertOrder.run(id, order.customer_id, placedAt, json);
      insertEvent.run('order.placed', json, placedAt);
      return document;
    });
    this.place = (key, order) => transaction.immediate(key, order);
  }

  placeOrder(key: string, order: PlaceOrderDto): OrderDocument {
    return this.place(key, order);
  }
}
