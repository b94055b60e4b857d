/** The processes that are measured, bundled as functions are for deployment: what production loads, and not the sources of everything. */
import { join } from 'node:path'
import { build } from 'esbuild'

export const children = ['import-child', 'match-child'] as const
export type Child = (typeof children)[number]

/** Writes them into the folder, as serverless.yml's `custom.esbuild` would, and returns their paths. */
export async function bundleChildren(folder: string): Promise<Record<Child, string>> {
  await build({
    entryPoints: children.map(child => join(import.meta.dirname, `${child}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: {
      js: "import { createRequire as createRequireOfNode } from 'node:module'; const require = createRequireOfNode(import.meta.url);",
    },
    logLevel: 'error',
  })
  return Object.fromEntries(children.map(child => [child, join(folder, `${child}.mjs`)])) as Record<Child, string>
}
