// Finishes the export so that the strictest Content-Security-Policy holds on any host:
// 1. the framework's inline scripts move to files named by their content, in the same order,
// 2. out/csp.json lists each page with the hashes of its inline scripts: none, and so said,
// 3. anything that would break the policy ends the build.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const FOLDER = '_next/static/inline';
const INLINE = /<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/g;
function htmlFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function moveOut(code) {
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  writeFileSync(join(OUT, FOLDER, `${hash}.js`), code);
  return `/${FOLDER}/${hash}.js`;
}

/** Scripts that stand in a row become one file; the others keep their places between. */
function seal(html) {
  const row = new RegExp(`(?:${INLINE.source})+`, 'g');
  return html.replace(row, (group) => {
    const codes = [...group.matchAll(INLINE)].map(([, attributes, code]) => {
      if (/type=/.test(attributes)) throw new Error(`unexpected script: ${attributes}`);
      return code;
    });
    return `<script src="${moveOut(codes.join(';\n'))}"></script>`;
  });
}

function complain(page, html) {
  if (html.match(INLINE)) throw new Error(`${page}: an inline script is left`);
  const style = html.match(/<style[\s>]|<[^>]+\sstyle="[^"]*"/);
  if (style) throw new Error(`${page}: an inline style is left: ${style[0]}`);
  const handler = html.match(/<[^>]+\son[a-z]+="/);
  if (handler) throw new Error(`${page}: an inline handler is left: ${handler[0]}`);
  const foreign = html.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/);
  if (foreign) throw new Error(`${page}: a request elsewhere: ${foreign[0]}`);
}

mkdirSync(join(OUT, FOLDER), { recursive: true });
const pages = {};
for (const file of htmlFiles(OUT)) {
  const page = relative(OUT, file).split(sep).join('/');
  const html = seal(readFileSync(file, 'utf8'));
  complain(page, html);
  writeFileSync(file, html);
  pages[page] = [];
}
writeFileSync(join(OUT, 'csp.json'), `${JSON.stringify(pages, null, 2)}\n`);
console.log(
  `sealed ${Object.keys(pages).length} pages: no inline script, style or foreign address`,
);
