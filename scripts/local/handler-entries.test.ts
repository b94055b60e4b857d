/** Every handler of serverless.yml has an entry that Node can import by itself. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { writeHandlerEntries } from './handler-entries.ts'
import { projectRoot } from './paths.ts'

const handlers = [
  ...readFileSync(join(projectRoot, 'serverless.yml'), 'utf8').matchAll(/handler: (functions\S+)\.handler/g),
]
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'handler-entries-'))
  writeHandlerEntries(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the handler entries', () => {
  test('there are handlers to look at', () => {
    expect(handlers.length).toBeGreaterThan(10)
  })

  test.each(handlers.map(([, path]) => path!))('%s leads to its source', path => {
    const entry = join(folder, path)
    const [, target] = /^module\.exports = require\('(.+)'\)\n$/.exec(readFileSync(entry, 'utf8')) ?? []
    expect(resolve(dirname(entry), target!)).toBe(join(projectRoot, `${path}.ts`))
  })

  test('are CommonJS, which is what a file without an extension is loaded as', () => {
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toEqual({ type: 'commonjs' })
  })
})
