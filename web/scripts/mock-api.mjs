// Serves out/ and a made-up API on one port, for developing pages and looking at them. Options:
// PORT (0: any), MOCK_MODE (ready | working | empty | first), MOCK_SETUP_MS, MOCK_PASSWORD,
// MOCK_PRODUCTS (500).
// Prints the address once it answers. Not part of the product.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeApi, Refusal } from './mock/routes.mjs';
import { makeShop } from './mock/shop.mjs';
import { acceptSocket } from './mock/socket.mjs';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.txt': 'text/x-component; charset=utf-8',
};
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
const shop = makeShop(Number(process.env.MOCK_PRODUCTS ?? 500));
const channels = new Map();
const clients = new Set();

function publish(channel, event, data) {
  const sequence = (channels.get(channel) ?? 0) + 1;
  channels.set(channel, sequence);
  const message = { type: 'message', channel, sequence, event, at: new Date().toISOString(), data };
  for (const client of clients) if (client.channels.has(channel)) client.send(message);
}

const routes = makeApi({ shop, mode: process.env.MOCK_MODE ?? 'ready', publish }).map(
  ([method, path, run, access]) => ({
    method,
    pattern: new RegExp(`^${path.replace(':id', '(?<id>[^/]+)')}$`),
    run,
    open: access === 'open',
  }),
);

function answer(response, status, value, type = 'application/json') {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  response.end(value === null ? '' : JSON.stringify(value));
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

async function serveApi(request, response, url) {
  try {
    const route = routes.find((r) => r.method === request.method && r.pattern.test(url.pathname));
    if (!route) throw new Refusal(404, 'There is no such route.');
    if (!route.open && !/^Bearer a\d+$/.test(request.headers.authorization ?? '')) {
      throw new Refusal(401, 'Sign in first.');
    }
    const id = route.pattern.exec(url.pathname)?.groups?.id;
    const body = await readBody(request);
    const value = route.run({ request, response, query: url.searchParams, id, body });
    answer(response, value === null ? 204 : 200, value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, message: detail, errors } = error;
    const problem = { type: 'about:blank', title: detail, status, detail, errors };
    answer(response, status, problem, 'application/problem+json');
  }
}

function serveFile(response, pathname) {
  const inside = normalize(decodeURIComponent(pathname)).replace(/^(\.\.[/\\])+/, '');
  let file = join(OUT, inside);
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
  const found = file.startsWith(OUT) && existsSync(file);
  if (!found) file = join(OUT, '404.html');
  const immutable = inside.startsWith('/_next/static/');
  response.writeHead(found ? 200 : 404, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': POLICY,
    'Cache-Control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(readFileSync(file));
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  if (url.pathname.startsWith('/v1/')) void serveApi(request, response, url);
  else serveFile(response, url.pathname);
});

server.on('upgrade', (request, socket) => {
  const client = { channels: new Set(), send: () => undefined };
  const { send } = acceptSocket(
    request,
    socket,
    (text) => {
      const message = JSON.parse(text);
      if (message.type === 'authenticate') {
        if (/^a\d+$/.test(message.token))
          send({ type: 'authenticated', user: 'u1', role: 'admin' });
        else send({ type: 'error', code: 'unauthenticated', detail: 'Sign in first.' });
      }
      for (const channel of message.channels ?? []) {
        if (message.type !== 'subscribe') client.channels.delete(channel);
        else {
          client.channels.add(channel);
          send({
            type: 'subscribed',
            channel,
            sequence: channels.get(channel) ?? 0,
            quiet_ms: 60_000,
          });
        }
      }
    },
    () => clients.delete(client),
  );
  client.send = send;
  clients.add(client);
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
