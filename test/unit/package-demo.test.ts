/** The demo panel kills what it runs on: it is the starter's alone, and in nothing that is deployed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { build } from 'esbuild'
import { parse } from 'yaml'
import { handlers } from '../../functions/console.ts'
import { projectRoot } from '../../scripts/local/paths.ts'
import { DEMO_PATH } from '../../shared/contracts/demo-panel.ts'
import { routes } from '../../shared/contracts/routes.ts'

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')
const serverless: { functions: Record<string, { handler: string }> } = parse(read('serverless.yml'), { merge: true })
const sources = [
  ...new Set(Object.values(serverless.functions).map(({ handler }) => `${handler.replace(/\.\w+$/, '')}.ts`)),
]

/** Every file of ours that the package of any function holds. */
let packaged: string[]
beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: [...sources, 'functions/console.ts'],
    absWorkingDir: projectRoot,
    outdir: 'unwritten',
    ...{ bundle: true, write: false, metafile: true, packages: 'external', platform: 'node', format: 'esm' },
    logLevel: 'silent',
  })
  packaged = Object.keys(metafile.inputs)
})

describe('the demo panel', () => {
  test('is in no package of a function', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(packaged).toContain('functions/console.ts')
    expect(packaged).toContain('shared/contracts/operator-write.ts')
    expect(packaged.filter(path => /demo|^scripts\//.test(path))).toEqual([])
  })

  test('is no route of the API, of no function of serverless.yml, and of no image', () => {
    const known = [...Object.values(routes), ...Object.keys(handlers)]
    expect(known.filter(route => route.includes(DEMO_PATH))).toEqual([])
    expect(read('serverless.yml')).not.toMatch(/operator\/demo/)
    const images = readdirSync(join(projectRoot, 'deploy/images'), { recursive: true, withFileTypes: true })
    const files = images.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThanOrEqual(5)
    for (const file of files)
      expect([file, readFileSync(file, 'utf8')]).not.toEqual([file, expect.stringMatching(/demo/i)])
    expect(read('docker-compose.yml')).not.toMatch(/DEMO_SOCKET/)
  })

  // Who sets it must be the starter of a sandbox: the shop's server goes by it alone.
  test('is passed on to by the starter’s own child only', () => {
    const setting = (folder: string) =>
      readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile() && /\.(ts|mjs|yml)$/.test(entry.name) && !entry.name.includes('.test.'))
        .map(entry => join(entry.parentPath, entry.name))
        .filter(path => !path.includes('node_modules') && readFileSync(path, 'utf8').includes('DEMO_SOCKET'))
        .map(path => path.slice(projectRoot.length + 1))
    expect(['scripts', 'deploy', 'functions', 'shared', 'web/server'].flatMap(setting)).toEqual([
      'scripts/local/shop-child.ts',
      'web/server/main.ts',
    ])
  })
})
