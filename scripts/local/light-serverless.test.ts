/** When serverless's clients of AWS are loaded, with packages of the same names in a folder of the test's own. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'light-serverless-'))
  write(
    'node_modules/@aws-sdk/client-pigeon/index.js',
    `console.log('loaded')
    class Bird { constructor(name) { this.name = name } static kinds = 2 }
    module.exports = { Bird, fly: (...miles) => miles.join('+') }`,
  )
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

/** What a file prints that has taken two members of the client and does this. */
const printed = (path: string, does: string): string[] =>
  printedBy(write(path, `const { Bird, fly } = require('@aws-sdk/client-pigeon')\n${does}`))

function printedBy(file: string): string[] {
  const preload = pathToFileURL(join(import.meta.dirname, 'light-serverless.mjs')).href
  const args = ['--expose-gc', '--import', preload, file]
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n')
}

describe('a file of serverless', () => {
  const file = 'node_modules/serverless/lib/plugins/pigeon.js'

  test('that takes members of a client and uses none does not load it', () => {
    expect(printed(file, `console.log(typeof Bird, typeof fly)`)).toEqual(['function function'])
  })

  test.each([
    ['calls one', `fly(1, 2)`, '1+2'],
    ['makes an object', `new Bird('coo').name`, 'coo'],
    ['asks whether something is one', `new Bird('coo') instanceof Bird`, 'true'],
    ['looks into one', `Bird.kinds`, '2'],
    ['extends one', `new (class Dove extends Bird { get loud() { return this.name + '!' } })('coo').loud`, 'coo!'],
  ])('that %s loads it then', (_, expression, value) => {
    expect(printed(file, `console.log('before')\nconsole.log(${expression})`)).toEqual(['before', 'loaded', value])
  })
})

test('everybody else loads it at once', () => {
  expect(printed('node_modules/other/index.js', `console.log('after')`)).toEqual(['loaded', 'after'])
})

test('the validator of serverless.yml is kept by nobody, though what makes it keeps all, and modules know who first asked for them', () => {
  const folder = 'node_modules/serverless/lib/classes/config-schema-handler'
  write('node_modules/formats/index.js', 'module.exports = 1')
  write(
    `${folder}/resolve-ajv-validate.js`,
    `require('formats')
    const kept = {}
    module.exports = async name => (kept[name] = { name })`,
  )
  const handler = write(
    `${folder}/index.js`,
    `const make = require('./resolve-ajv-validate')
    async function name() {
      const made = await make('a')
      console.log(made.name)
      return new WeakRef(made)
    }
    void name().then(made => setImmediate(() => { gc(); console.log(made.deref() === undefined) }))`,
  )
  expect(printedBy(handler)).toEqual(['a', 'true'])
})
