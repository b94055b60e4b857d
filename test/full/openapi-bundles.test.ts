/** What makes the API description is for development: neither a function nor the browser gets it, and the browser no zod either. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { projectRoot } from '../../scripts/local/paths.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Metafile {
  outputs: Record<string, { entryPoint?: string; inputs: Record<string, { bytesInOutput: number }> }>
}

/** By entry: the files whose code is in its bundle. */
function bundle(entries: string[], options: string[]): Map<string, string[]> {
  const metafile = join(folder, 'meta.json')
  const args = [...entries, '--bundle', '--format=esm', '--minify', `--outdir=${folder}`, `--metafile=${metafile}`]
  const esbuild = join(projectRoot, 'node_modules/.bin/esbuild')
  const { status, stderr } = spawnSync(esbuild, [...args, '--log-level=error', ...options], {
    cwd: projectRoot,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  const { outputs }: Metafile = JSON.parse(readFileSync(metafile, 'utf8'))
  return new Map(
    Object.values(outputs).flatMap(({ entryPoint, inputs }) => {
      const used = Object.keys(inputs).filter(input => inputs[input]!.bytesInOutput > 0)
      return entryPoint === undefined ? [] : [[entryPoint, used] as const]
    }),
  )
}

const among = (files: string[] | undefined, place: string): string[] =>
  (files ?? []).filter(file => file.includes(place))

describe('the bundles', () => {
  test('of the routes hold no maker of descriptions; the page and the document only where they are answered', () => {
    const entries = readdirSync(join(projectRoot, 'functions/api'))
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(name => `functions/api/${name}`)

    const bundles = bundle(entries, ['--platform=node', '--target=node24'])

    expect([...bundles.keys()].sort()).toEqual(entries.sort())
    for (const [entry, files] of bundles) {
      expect([entry, among(files, 'zod-openapi'), among(files, 'scripts/')]).toEqual([entry, [], []])
      // Of a contract's two exports only `docs` uses them.
      const ofWords = ['sample-purchase.ts', 'curl.ts'].flatMap(name => among(files, `contracts/${name}`))
      expect([entry, ofWords]).toEqual([entry, []])
      const answersIt = ['functions/api/docs.ts', 'functions/api/openapi.ts'].includes(entry)
      expect([entry, among(files, 'docs/openapi.json').length]).toEqual([entry, answersIt ? 1 : 0])
      expect([entry, among(files, 'docs-page/').length > 0]).toEqual([entry, answersIt])
    }
  })

  test('of the shop hold the routes, and neither zod nor the document', () => {
    const files = bundle(['web/src/main.tsx'], ['--jsx=automatic', '--loader:.css=empty']).get('web/src/main.tsx')

    expect(among(files, 'contracts/routes.ts')).toEqual(['shared/contracts/routes.ts'])
    for (const place of ['node_modules/zod', 'docs/openapi.json', 'contracts/api.ts'])
      expect(among(files, place)).toEqual([])
  })
})
