/** What is said about a package that is too large, holds something else, or does something when it is imported. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { strToU8, zipSync } from 'fflate'
import { BUNDLE_BYTES_MAX, coldImport, type FunctionPackage, packageProblems, readPackages } from './packages.ts'

// A process for each import.
jest.setTimeout(30_000)

const packageOf = (files: Record<string, string | Uint8Array>): FunctionPackage => ({
  name: 'pay',
  zipBytes: 0,
  files: Object.fromEntries(
    Object.entries(files).map(([path, it]) => [path, typeof it === 'string' ? strToU8(it) : it]),
  ),
})

describe('readPackages', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packages-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('reads every zip of the folder, by name, and nothing else', () => {
    const zip = zipSync({ 'functions/a.mjs': strToU8('export {}') })
    for (const name of ['b.zip', 'a.zip']) writeFileSync(join(folder, name), zip)
    writeFileSync(join(folder, 'template.json'), '{}')

    const packages = readPackages(folder)

    expect(packages.map(it => [it.name, it.zipBytes, Object.keys(it.files)])).toEqual([
      ['a', zip.length, ['functions/a.mjs']],
      ['b', zip.length, ['functions/a.mjs']],
    ])
  })
})

describe('packageProblems', () => {
  test('one bundle within the size is fine', () => {
    expect(packageProblems(packageOf({ 'a.mjs': new Uint8Array(BUNDLE_BYTES_MAX) }))).toEqual([])
  })

  test('a larger one is named with its size', () => {
    expect(packageProblems(packageOf({ 'a.mjs': new Uint8Array(2_810_000) }))).toEqual([
      'pay is 2.81 MB unzipped; at most 2.80 MB',
    ])
  })

  test.each([[{}], [{ 'a.mjs': '', 'a.mjs.map': '' }], [{ 'a.js': '' }]])('%j is not one bundle', files => {
    expect(packageProblems(packageOf(files as Record<string, string>))).toEqual([
      expect.stringMatching(/instead of one bundle/),
    ])
  })
})

describe('coldImport', () => {
  test('imports the handler with an empty environment and says how long it took', () => {
    const bundle = `export const handler = () => {}; if (process.env.PATH) throw new Error('env')`

    expect(coldImport(packageOf({ 'functions/a.mjs': bundle }), 3)).toEqual({
      ms: expect.any(Number),
      cpuMs: expect.any(Number),
      connected: [],
    })
  })

  test('sees a connection that the import alone begins', () => {
    const bundle = `import net from 'node:net'; net.connect(9092, 'kafka'); export const handler = () => {}`

    expect(coldImport(packageOf({ 'a.mjs': bundle }), 1).connected).toEqual([expect.stringContaining('9092')])
  })

  test.each([
    ['export const handle = () => {}', 'it exports no handler'],
    ['throw new Error("broken bundle")', 'broken bundle'],
  ])('a bundle of %j cannot be imported, and that is said', (bundle, why) => {
    expect(() => coldImport(packageOf({ 'a.mjs': bundle }), 1)).toThrow(
      new RegExp(`^pay cannot be imported: [^]*${why}`),
    )
  })
})
