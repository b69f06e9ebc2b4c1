// First-load JavaScript of each page: what its HTML names, gzipped as a server would send it.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const LIMIT = 200_000;
const sizes = new Map();

function gzipped(path) {
  if (!sizes.has(path)) sizes.set(path, gzipSync(readFileSync(OUT + path), { level: 9 }).length);
  return sizes.get(path);
}

function scripts(html) {
  const tags = [...html.matchAll(/<script[^>]*\ssrc="\/([^"?]+)[^>]*>/g)];
  return [...new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, path]) => path))];
}

let tooLarge = false;
const pages = readdirSync(OUT, { recursive: true })
  .filter((path) => path.endsWith('index.html'))
  .map((path) => path.slice(0, -'index.html'.length))
  .sort();
for (const page of pages) {
  const paths = scripts(readFileSync(`${OUT}${page}index.html`, 'utf8'));
  const total = paths.reduce((sum, path) => sum + gzipped(path), 0);
  tooLarge ||= total > LIMIT;
  console.log(`/${page}`.padEnd(20), `${(total / 1000).toFixed(1)} kB`, `${paths.length} files`);
}
const chunks = readdirSync(`${OUT}_next/static/chunks`).filter((name) => name.endsWith('.js'));
const largest = chunks
  .map((name) => [gzipped(`_next/static/chunks/${name}`), name])
  .sort(([a], [b]) => b - a);
console.log(
  'largest chunks:',
  largest
    .slice(0, 5)
    .map(([size]) => `${(size / 1000).toFixed(1)} kB`)
    .join(', '),
);
if (tooLarge) {
  console.error(`more than ${LIMIT / 1000} kB before a page can be used`);
  process.exit(1);
}
