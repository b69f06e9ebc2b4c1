// Makes package-lock.json the same wherever it was written. npm records where each package was
// downloaded, and leaves out the optional packages of other platforms when the registry it used
// did not offer them; `npm ci` on such a platform then refuses the lock.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const OSES = 'aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32';
const CPUS = 'arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|wasm32|x64';

function platformOf(name) {
  const tail = name.slice(name.lastIndexOf('/') + 1);
  const os = tail.match(new RegExp(`(?:^|-)(${OSES})(?:-|$)`))?.[1];
  const cpu = tail.match(new RegExp(`(?:^|-)(${CPUS})(?:-|$)`))?.[1];
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }) };
}

function isInstalledFor(packages, parent, name) {
  const folders = parent.split(/(?=\/node_modules\/)/);
  return (
    folders.some((_, i) => packages[`${folders.slice(0, i + 1).join('')}/node_modules/${name}`]) ||
    packages[`node_modules/${name}`]
  );
}

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
let added = 0;
let stripped = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved) {
    delete entry.resolved;
    stripped += 1;
  }
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isInstalledFor(lock.packages, path, name)) continue;
    if (!/^\d/.test(version)) throw new Error(`${path} asks ${name} ${version}: not one version`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev && { dev: true }),
      optional: true,
      ...platformOf(name),
    };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} platform packages added, ${stripped} addresses removed`);
