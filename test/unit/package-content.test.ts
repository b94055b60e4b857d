/** What gets into no bundle: tests, fakes, and tables of encodings that no column of ours has. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { projectRoot } from '../../scripts/local/paths.ts'

const plugins: Plugin[] = createRequire(import.meta.url)('../../deploy/package/bundler-plugins.cjs')

const bundle = (path: string, options: BuildOptions = { packages: 'external' }) =>
  build({
    stdin: { contents: `export * from './${path}'`, resolveDir: projectRoot },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    plugins,
    ...options,
  })

describe('the bundler', () => {
  test.each([
    'shared/payments/fakes.ts',
    'shared/payments/fake-store.ts',
    'shared/payments/fakes.test.ts',
    'test/unit/http-fakes.ts',
    'test/support/payments.ts',
  ])('refuses %s', async path => {
    await expect(bundle(path)).rejects.toThrow(`tests and fakes stay out of packages: ${join(projectRoot, path)}`)
  })

  test.each(['functions/api/authorize.ts', 'functions/events/record-ledger.ts', 'functions/jobs/resolve-unknown.ts'])(
    'takes %s with all it needs',
    async path => {
      expect((await bundle(path)).errors).toEqual([])
    },
  )

  test('leaves the tables of encodings out, and says so to whoever asks for one', async () => {
    const { outputFiles, metafile } = await bundle('node_modules/iconv-lite/lib/index.js', {
      metafile: true,
      format: 'cjs',
      write: false,
    })
    const tables = Object.entries(metafile!.inputs).filter(([path]) => path.includes('/encodings/tables/'))
    const module = { exports: {} as { decode(bytes: Buffer, encoding: string): string } }
    new Function('module', 'exports', 'require', outputFiles![0]!.text)(
      module,
      module.exports,
      createRequire(import.meta.url),
    )

    expect(tables.length).toBeGreaterThan(0)
    for (const [, { bytes }] of tables) expect(bytes).toBeLessThan(200)
    expect(module.exports.decode(Buffer.from('é'), 'utf8')).toBe('é')
    expect(() => module.exports.decode(Buffer.from('x'), 'euc-kr')).toThrow('left out of packages')
  })
})
