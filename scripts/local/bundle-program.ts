/** One file out of a program of ours, made at each start: it takes half the memory of its TypeScript. */
import { join } from 'node:path'
import { projectRoot } from './paths.ts'

/** Its log is a file: a full disk must not end it. */
const keepOutput = join(import.meta.dirname, 'keep-output.mjs')

/**
 * Bundles `entry`, a path from the project's root, into `outfile`, and returns that. As `.cjs` a program takes 8 MB less than
 * as `.mjs`, because Node does not load what loads modules; it cannot await at its top.
 */
export async function bundleProgram(entry: string, outfile: string): Promise<string> {
  const { buildSync } = await import('esbuild')
  buildSync({
    entryPoints: [join(projectRoot, entry)],
    bundle: true,
    platform: 'node',
    inject: [keepOutput],
    format: outfile.endsWith('.cjs') ? 'cjs' : 'esm',
    target: 'node24',
    outfile,
    logLevel: 'error',
  })
  return outfile
}
