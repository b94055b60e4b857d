/** No test and no fake gets into a bundle: the bundler refuses to read one. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { build, type Plugin } from 'esbuild'
import { projectRoot } from '../../scripts/system/paths.ts'

const plugins: Plugin[] = createRequire(import.meta.url)('../../config/refuse-tests.cjs')

const bundle = (path: string) =>
  build({
    stdin: { contents: `export * from './${path}'`, resolveDir: projectRoot },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    plugins,
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
})
