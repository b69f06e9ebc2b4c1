// Lets node's own test runner import the TypeScript sources: types are stripped by the compiler
// that is installed anyway, and the `@/` alias is resolved.
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const SRC = new URL('../src/', import.meta.url);

export async function resolve(specifier, context, next) {
  const local = specifier.startsWith('@/')
    ? new URL(specifier.slice(2), SRC)
    : specifier.startsWith('.') && new URL(specifier, context.parentURL);
  if (!local) return next(specifier, context);
  const path = fileURLToPath(local);
  const found = ['', '.ts', '.tsx'].map((end) => path + end).find((file) => existsSync(file));
  return next(found ? pathToFileURL(found).href : specifier, context);
}

export async function load(url, context, next) {
  if (!/\.tsx?$/.test(url)) return next(url, context);
  const { default: ts } = await import('typescript');
  const fileName = fileURLToPath(url);
  const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), {
    fileName,
    compilerOptions: { module: 'esnext', target: 'es2022', jsx: 'react-jsx' },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}

// node evaluates this file a second time, in the thread where hooks run.
if (isMainThread) register(import.meta.url);
